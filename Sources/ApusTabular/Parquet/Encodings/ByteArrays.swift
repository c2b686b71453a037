import ApusData

/// Values of varying length in the encodings that Parquet has for them.
enum ByteArrays {
    /// Hands the `count` values at the front of `bytes` to `body`, one after the other.
    ///
    /// - Parameter width: the length of every value, for values of a fixed length; nil where each tells its own.
    static func forEach(
        _ bytes: UnsafeRawBufferPointer, _ encoding: ParquetEncoding, count: Int, width: Int? = nil,
        _ body: (UnsafeRawBufferPointer) throws(DataError) -> Void
    ) throws(DataError) {
        var cursor = ByteCursor(bytes)
        switch encoding {
        case .plain:
            for _ in 0..<count {
                let length = if let width { width } else { Int(try cursor.number(UInt32.self)) }
                try body(try cursor.take(length))
            }
        case .deltaLengthByteArray:
            for length in try lengths(&cursor, count) { try body(try cursor.take(Int(length))) }
        case .deltaByteArray:
            let prefixes = try lengths(&cursor, count)
            let suffixes = try lengths(&cursor, count)
            var value: [UInt8] = []
            for (prefix, suffix) in zip(prefixes, suffixes) {
                guard Int(prefix) <= value.count else { throw DataError(.malformed, "a value repeats \(prefix) bytes of one of \(value.count)") }
                value.removeSubrange(Int(prefix)...)
                value.append(contentsOf: try cursor.take(Int(suffix)))
                try value.withBytes(body)
            }
        case .byteStreamSplit:
            guard let width else { throw DataError(.unsupported, "the encoding \(encoding) for values of varying length is not read") }
            try (try ByteStreamSplit.join(bytes, width: width, count: count)).withBytes { (joined) throws(DataError) in
                try forEach(joined, .plain, count: count, width: width, body)
            }
        default: throw DataError(.unsupported, "the encoding \(encoding) for bytes is not read")
        }
    }

    private static func lengths(_ cursor: inout ByteCursor, _ count: Int) throws(DataError) -> [UInt64] {
        // Equal lengths take no bytes, so that the size of the page bounds them only together with the values.
        var lengths = [UInt64](repeating: 0, count: count)
        try lengths.withMutable { (output) throws(DataError) in
            try DeltaBinaryPacked.decode(&cursor, count: count, into: output)
        }
        for length in lengths where length > UInt64(Int32.max) { throw DataError(.malformed, "a length of \(Int64(bitPattern: length)) bytes") }
        return lengths
    }
}

/// Values split into one stream for each of their bytes (Encodings.md, "BYTE_STREAM_SPLIT = 9").
enum ByteStreamSplit {
    /// - Returns: the values one after the other.
    static func join(_ bytes: UnsafeRawBufferPointer, width: Int, count: Int) throws(DataError) -> [UInt8] {
        guard width > 0, count <= bytes.count / width else { throw ByteCursor.ended }
        return [UInt8](unsafeUninitializedCapacity: count * width) { output, filled in
            for stream in 0..<width {
                let source = UnsafeRawBufferPointer(rebasing: bytes[stream * count..<(stream + 1) * count])
                for index in 0..<count { output[index * width + stream] = source[index] }
            }
            filled = count * width
        }
    }
}
