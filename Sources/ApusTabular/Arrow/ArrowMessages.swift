import ApusData

/// The schema and the batches of an Arrow file, without their values (File.fbs).
struct ArrowMessages {
    struct Dictionary {
        let id: Int64
        let batch: ArrowBatch
    }

    let fields: [ArrowField]
    let batches: [ArrowBatch]
    let dictionaries: [Dictionary]

    /// - Parameter bytes: the whole file.
    init(file bytes: UnsafeRawBufferPointer) throws(DataError) {
        let mark = Array("ARROW1".utf8)
        guard bytes.count >= 8 + 4 + mark.count, bytes.suffix(mark.count).elementsEqual(mark) else {
            throw DataError(.malformed, "a Feather file ends with ARROW1 and this one does not; it is cut off, or its writer was not closed")
        }
        let end = bytes.count - mark.count - 4
        let length = Int(Int32(littleEndian: bytes.loadUnaligned(fromByteOffset: end, as: Int32.self)))
        guard length > 0, length <= end - 8 else {
            throw DataError(.malformed, "the footer claims \(length) bytes of a file of \(bytes.count); it is damaged or cut off")
        }
        let footer = try FlatTable(root: UnsafeRawBufferPointer(rebasing: bytes[end - length..<end]))
        guard let schema = try footer.table(1) else { throw DataError(.malformed, "the footer has no schema") }
        guard try schema.number(0, Int16(0)) == 0 else {
            throw DataError(.unsupported, "the file was written on a big-endian machine, which is not read")
        }
        var fields: [ArrowField] = []
        for table in try schema.tables(1) { fields.append(try ArrowField(table)) }
        self.fields = fields
        let messages = UnsafeRawBufferPointer(rebasing: bytes[..<(end - length)])
        var dictionaries: [Dictionary] = []
        for (message, body) in try Self.messages(footer, 2, messages) {
            guard try message.number(1, UInt8(0)) == 2, let table = try message.table(2), let data = try table.table(1) else {
                throw DataError(.malformed, "a block of dictionaries holds something else")
            }
            dictionaries.append(Dictionary(id: try table.number(0, Int64(0)), batch: try ArrowBatch(data, body: body)))
        }
        self.dictionaries = dictionaries
        var batches: [ArrowBatch] = []
        for (message, body) in try Self.messages(footer, 3, messages) {
            guard try message.number(1, UInt8(0)) == 3, let table = try message.table(2) else {
                throw DataError(.malformed, "a block of rows holds something else")
            }
            batches.append(try ArrowBatch(table, body: body))
        }
        self.batches = batches
    }

    /// The messages that a list of blocks in the footer points at, each with the bytes behind it.
    private static func messages(
        _ footer: FlatTable, _ field: Int, _ bytes: UnsafeRawBufferPointer
    ) throws(DataError) -> [(FlatTable, UnsafeRawBufferPointer)] {
        guard let blocks = try footer.vector(field, stride: 24) else { return [] }
        var cursor = ByteCursor(blocks)
        var messages: [(FlatTable, UnsafeRawBufferPointer)] = []
        while cursor.remaining > 0 {
            let offset = Int(try cursor.number(Int64.self))
            let length = Int(try cursor.number(Int32.self))
            _ = try cursor.take(4)
            let bodyLength = Int(try cursor.number(Int64.self))
            guard offset >= 0, offset <= bytes.count, length >= 8, length <= bytes.count - offset, bodyLength >= 0,
                bodyLength <= bytes.count - offset - length
            else { throw DataError(.malformed, "a block at byte \(offset) of \(length) and \(bodyLength) bytes is outside of the file") }
            let head = UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + length])
            // Files older than Arrow 0.15 have no mark in front of the size.
            let skipped = head.loadUnaligned(as: UInt32.self) == .max ? 8 : 4
            let body = UnsafeRawBufferPointer(rebasing: bytes[offset + length..<offset + length + bodyLength])
            messages.append((try FlatTable(root: UnsafeRawBufferPointer(rebasing: head[skipped...])), body))
        }
        return messages
    }
}
