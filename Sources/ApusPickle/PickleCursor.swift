/// Reads the bytes of a pickle with every length checked against what is left.
struct PickleCursor {
    let bytes: UnsafeRawBufferPointer
    private(set) var position = 0

    init(bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    var remaining: Int { bytes.count - position }

    func malformed(_ reason: String) -> PickleError { PickleError(.malformed, "the pickle is wrong at byte \(position): \(reason)") }

    mutating func take(_ count: Int) throws(PickleError) -> UnsafeRawBufferPointer {
        guard count <= remaining else {
            throw malformed("the file ends too early: \(count) bytes needed, \(remaining) left; it is truncated or damaged")
        }
        defer { position += count }
        return UnsafeRawBufferPointer(rebasing: bytes[position..<position + count])
    }

    mutating func byte() throws(PickleError) -> UInt8 { try take(1)[0] }

    /// A little-endian unsigned number of `size` bytes that fits `Int`.
    mutating func unsigned(_ size: Int) throws(PickleError) -> Int {
        let value = try take(size).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        guard let value = Int(exactly: value) else { throw malformed("the length \(value) is too large") }
        return value
    }

    mutating func text(_ count: Int) throws(PickleError) -> String {
        let start = position
        guard let text = String(validating: try take(count), as: UTF8.self) else {
            throw PickleError(.malformed, "the pickle is wrong at byte \(start): a text is not UTF-8")
        }
        return text
    }

    /// The text up to the next line feed, as GLOBAL has it.
    mutating func line() throws(PickleError) -> String {
        guard let length = bytes[position...].prefix(256).firstIndex(of: 0x0A).map({ $0 - position }) else {
            throw malformed("a name does not end")
        }
        defer { position += 1 }
        return try text(length)
    }
}
