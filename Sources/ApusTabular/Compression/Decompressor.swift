package import ApusData

/// How bytes are compressed, under the names of the formats' specifications.
package enum Codec: String, CaseIterable {
    case uncompressed = "UNCOMPRESSED"
    case snappy = "SNAPPY"
    case gzip = "GZIP"
    case lz4Block = "LZ4_RAW"
    case lz4Frame = "LZ4_FRAME"
    case zstd = "ZSTD"

    /// How many bytes one byte can become; nil where it has no useful bound.
    var largestRatio: Int? {
        switch self {
        case .uncompressed: 1
        case .snappy: Snappy.largestRatio
        case .gzip: Gzip.largestRatio
        case .lz4Block, .lz4Frame: LZ4.largestRatio
        case .zstd: nil
        }
    }
}

/// Decompresses the pieces of one column after another, into memory that is reused.
package final class Decompressor {
    private let budget: Budget
    private let buffer = ByteBuffer()
    private var zstandard: Zstandard?
    private var total = 0

    package init(budget: Budget) { self.budget = budget }

    /// - Parameters:
    ///   - size: bytes that the data must decompress to.
    ///   - buffer: where they go; nil is memory of this object's own.
    /// - Returns: memory that is valid until the next call with the same buffer, or `input` where it is not compressed.
    package func decompress(
        _ input: UnsafeRawBufferPointer, _ codec: Codec, size: Int, into buffer: ByteBuffer? = nil
    ) throws(DataError) -> UnsafeRawBufferPointer {
        guard size >= 0 else { throw DataError(.malformed, "a size of \(size) bytes is out of range") }
        guard size > 0 || codec == .uncompressed else { return UnsafeRawBufferPointer(start: nil, count: 0) }
        if let ratio = codec.largestRatio, size / ratio > input.count {
            throw DataError(.malformed, "\(input.count) bytes (\(codec.rawValue)) cannot hold \(size); the file is damaged")
        }
        if codec == .uncompressed {
            guard input.count == size else {
                throw DataError(.malformed, "there are \(input.count) bytes that are not compressed instead of \(size)")
            }
            return input
        }
        // All pieces together: few bytes can be a gigabyte of zeros, and a file can have many such pieces.
        total += size
        try budget.check(bytes: total)
        let output = try (buffer ?? self.buffer).room(size)
        switch codec {
        case .uncompressed: break
        case .snappy: try Snappy.decompress(input, into: output)
        case .gzip: try Gzip.decompress(input, into: output)
        case .lz4Block:
            guard try LZ4.decompressBlock(input, into: output) == size else {
                throw DataError(.malformed, "the LZ4 data are damaged: they hold less than the \(size) bytes announced")
            }
        case .lz4Frame: try LZ4.decompressFrames(input, into: output)
        case .zstd:
            let library = if let zstandard { zstandard } else { try Zstandard() }
            zstandard = library
            try library.decompress(input, into: output)
        }
        return UnsafeRawBufferPointer(output)
    }
}
