import ApusData

/// Rows of all columns that lie together in the file (RecordBatch of Message.fbs): where the bytes of each column are.
struct ArrowBatch {
    let rowCount: Int
    let codec: Codec?
    private let body: UnsafeRawBufferPointer
    private let nodes: UnsafeRawBufferPointer
    private let buffers: UnsafeRawBufferPointer
    private let viewCounts: UnsafeRawBufferPointer

    /// What a batch holds of one column.
    struct Part {
        var rowCount: Int
        var nullCount: Int
        /// Positions among the batch's buffers.
        var buffers: Range<Int>
    }

    init(_ table: FlatTable, body: UnsafeRawBufferPointer) throws(DataError) {
        let empty = UnsafeRawBufferPointer(start: nil, count: 0)
        self.body = body
        guard let rows = Int(exactly: try table.number(0, Int64(0))), rows >= 0 else {
            throw DataError(.malformed, "a batch with a negative number of rows")
        }
        rowCount = rows
        nodes = try table.vector(1, stride: 16) ?? empty
        buffers = try table.vector(2, stride: 16) ?? empty
        viewCounts = try table.vector(4, stride: 8) ?? empty
        guard let compression = try table.table(3) else {
            codec = nil
            return
        }
        switch try compression.number(0, Int8(0)) {
        case 0: codec = .lz4Frame
        case 1: codec = .zstd
        case let other: throw DataError(.unsupported, "the compression \(other) is not read; write the file with lz4, zstd or none")
        }
    }

    /// Where each of the columns is.
    func parts(_ fields: [ArrowField]) throws(DataError) -> [Part] {
        var parts: [Part] = []
        var (node, buffer, view) = (0, 0, 0)
        for field in fields {
            guard node < nodes.count / 16 else { throw Self.mismatch }
            var count = field.layout.buffers
            for _ in 0..<field.layout.viewCounts {
                guard view < viewCounts.count / 8 else { throw Self.mismatch }
                let extra = Int(Self.word(viewCounts, view))
                guard extra >= 0, extra <= buffers.count / 16 else { throw Self.mismatch }
                count += extra
                view += 1
            }
            guard count <= buffers.count / 16 - buffer else { throw Self.mismatch }
            let length = Int(Self.word(nodes, 2 * node))
            guard length == rowCount else {
                throw DataError(.malformed, "column '\(field.name)' has \(length) values in a batch of \(rowCount) rows")
            }
            parts.append(Part(rowCount: length, nullCount: Int(Self.word(nodes, 2 * node + 1)), buffers: buffer..<buffer + count))
            node += field.layout.nodes
            buffer += count
        }
        guard node == nodes.count / 16, buffer == buffers.count / 16 else { throw Self.mismatch }
        return parts
    }

    /// The bytes of a buffer, decompressed.
    ///
    /// - Parameter memory: where they go; they are valid until it is used again.
    func bytes(_ index: Int, _ decompressor: Decompressor, into memory: ByteBuffer) throws(DataError) -> UnsafeRawBufferPointer {
        let (offset, length) = (Int(Self.word(buffers, 2 * index)), Int(Self.word(buffers, 2 * index + 1)))
        guard offset >= 0, length >= 0, offset <= body.count, length <= body.count - offset else {
            throw DataError(.malformed, "bytes \(offset) to \(offset &+ length) of a batch that has \(body.count)")
        }
        let stored = UnsafeRawBufferPointer(rebasing: body[offset..<offset + length])
        guard let codec, length > 0 else { return stored }
        var cursor = ByteCursor(stored)
        let size = Int(try cursor.number(Int64.self))
        return size == -1 ? cursor.rest : try decompressor.decompress(cursor.rest, codec, size: size, into: memory)
    }

    private static func word(_ bytes: UnsafeRawBufferPointer, _ index: Int) -> Int64 {
        Int64(littleEndian: bytes.loadUnaligned(fromByteOffset: 8 * index, as: Int64.self))
    }

    private static let mismatch = DataError(.malformed, "a batch does not hold the columns of the schema; the file is damaged")
}
