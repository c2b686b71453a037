import ApusData

/// What the end of a Parquet file says about it (FileMetaData of parquet.thrift).
struct ParquetFooter {
    struct RowGroup {
        var rowCount = 0
        var chunks: [Chunk] = []
    }

    /// The values of one column in one row group.
    struct Chunk {
        var type = -1
        var codec = 0
        var valueCount = 0
        var dataOffset = 0
        var dictionaryOffset: Int?
        var isElsewhere = false
        var isEncrypted = false
    }

    private(set) var rowCount = 0
    private(set) var schema: [ParquetSchemaElement] = []
    private(set) var rowGroups: [RowGroup] = []
    private(set) var writer: String?
    /// Where the footer begins: pages end before.
    let start: Int

    /// - Parameter bytes: the whole file.
    init(file bytes: UnsafeRawBufferPointer) throws(DataError) {
        let mark = Array("PAR1".utf8)
        guard bytes.count >= 12 else { throw DataError(.malformed, "\(bytes.count) bytes are too few for a Parquet file; is it cut off?") }
        guard bytes.suffix(4).elementsEqual(mark) else {
            throw DataError(.malformed, "a Parquet file ends with PAR1 and this one does not; it is cut off, or its writer was not closed")
        }
        let length = Int(UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: bytes.count - 8, as: UInt32.self)))
        guard length <= bytes.count - 12 else {
            throw DataError(.malformed, "the footer claims \(length) bytes of a file of \(bytes.count); it is damaged or cut off")
        }
        start = bytes.count - 8 - length
        var reader = ThriftReader(UnsafeRawBufferPointer(rebasing: bytes[start..<start + length]))
        try reader.structure { (reader, field) throws(DataError) in
            switch field.id {
            case 2: try reader.list(field) { (reader, field) throws(DataError) in schema.append(try ParquetSchemaElement(&reader, field)) }
            case 3: rowCount = try reader.integer(field)
            case 4: try reader.list(field) { (reader, field) throws(DataError) in rowGroups.append(try Self.rowGroup(&reader, field)) }
            case 6: writer = try reader.text(field)
            default: return false
            }
            return true
        }
    }

    private static func rowGroup(_ reader: inout ThriftReader, _ field: ThriftReader.Field) throws(DataError) -> RowGroup {
        var group = RowGroup()
        try reader.structure(field) { (reader, field) throws(DataError) in
            switch field.id {
            case 1: try reader.list(field) { (reader, field) throws(DataError) in group.chunks.append(try chunk(&reader, field)) }
            case 3: group.rowCount = try reader.integer(field)
            default: return false
            }
            return true
        }
        return group
    }

    private static func chunk(_ reader: inout ThriftReader, _ field: ThriftReader.Field) throws(DataError) -> Chunk {
        var chunk = Chunk()
        try reader.structure(field) { (reader, field) throws(DataError) in
            switch field.id {
            case 1: chunk.isElsewhere = try !reader.text(field).isEmpty
            case 3: try metadata(&reader, field, &chunk)
            case 8:
                chunk.isEncrypted = true
                return false
            default: return false
            }
            return true
        }
        return chunk
    }

    private static func metadata(
        _ reader: inout ThriftReader, _ field: ThriftReader.Field, _ chunk: inout Chunk
    ) throws(DataError) {
        var read = chunk
        try reader.structure(field) { (reader, field) throws(DataError) in
            switch field.id {
            case 1: read.type = try reader.integer(field)
            case 4: read.codec = try reader.integer(field)
            case 5: read.valueCount = try reader.integer(field)
            case 9: read.dataOffset = try reader.integer(field)
            case 11: read.dictionaryOffset = try reader.integer(field)
            default: return false
            }
            return true
        }
        chunk = read
    }
}
