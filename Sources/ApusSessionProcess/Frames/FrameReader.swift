package import ApusJSON

/// Cuts what comes from the socket, in pieces of any size, into messages.
///
/// Memory follows the bytes that have come, never a length that was only claimed.
package struct FrameReader {
    private var buffer: [UInt8] = []
    private var position = 0
    private let maximumLength: Int

    package init(maximumLength: Int = Frame.maximumLength) { self.maximumLength = maximumLength }

    package mutating func append(_ bytes: UnsafeRawBufferPointer) { buffer.append(contentsOf: bytes) }

    /// The next message and how many bytes it took; nil when it has not come whole.
    package mutating func next() throws(FrameError) -> (message: JSON, byteCount: Int)? {
        guard buffer.count - position >= Frame.headerLength else { return nil }
        var length = 0
        for index in 0..<Frame.headerLength { length |= Int(buffer[position + index]) << (8 * index) }
        guard length <= maximumLength else { throw .tooLong(length) }
        let start = position + Frame.headerLength
        guard buffer.count - start >= length else { return nil }
        let message: JSON
        do { message = try JSON(parsing: ContiguousArray(buffer[start..<start + length])) } catch { throw .notJSON(error) }
        position = start + length
        discardRead()
        return (message, Frame.headerLength + length)
    }

    private mutating func discardRead() {
        if position == buffer.count {
            // A large message is rare; its memory is not kept for the next.
            buffer.removeAll(keepingCapacity: buffer.capacity <= 1 << 18)
            position = 0
        } else if position > 1 << 16, position * 2 > buffer.count {
            buffer.removeFirst(position)
            position = 0
        }
    }
}
