import ApusData

/// Values that take 64 bits in memory: doubles, integers and moments, as bits.
struct WordValues: ParquetValues {
    private let column: ParquetColumn
    /// Room for all rows of the file.
    private let words: UnsafeMutablePointer<UInt64>
    private let filler: UInt64
    private var filled = 0
    private var dictionary: [UInt64] = []
    private var indices = DictionaryIndices()

    init(_ column: ParquetColumn, into words: UnsafeMutablePointer<UInt64>) {
        self.column = column
        self.words = words
        switch column.meaning {
        case .number, .float16, .decimal: filler = Double.nan.bitPattern
        default: filler = 0
        }
    }

    mutating func readDictionary(_ page: ParquetPage) throws(DataError) {
        // A value takes a byte at least, so that the page bounds the memory.
        guard page.count <= page.values.count else { throw ByteCursor.ended }
        dictionary = try [UInt64](count: page.count) { (output) throws(DataError) in try load(page, .plain, page.count, output) }
    }

    mutating func read(_ page: ParquetPage, present: Int) throws(DataError) {
        let output = words + filled
        if page.encoding.isDictionary {
            try dictionary.withBytes { (entries) throws(DataError) in
                let entries = entries.assumingMemoryBound(to: UInt64.self)
                try indices.read(page, count: present, limit: entries.count) { (indices) throws(DataError) in
                    for index in 0..<present { output[index] = entries.baseAddress.unsafelyUnwrapped[Int(indices[index])] }
                }
            }
        } else {
            try load(page, page.encoding, present, output)
        }
        filled += page.count
    }

    mutating func spread(_ isPresent: UnsafePointer<UInt32>, rows: Int, present: Int) {
        spreadElements(words + (filled - rows), isPresent, rows: rows, present: present, filler: filler)
    }

    private func load(
        _ page: ParquetPage, _ encoding: ParquetEncoding, _ count: Int, _ output: UnsafeMutablePointer<UInt64>
    ) throws(DataError) {
        guard count > 0 else { return }
        switch (column.type, encoding) {
        case (.int32, .deltaBinaryPacked), (.int64, .deltaBinaryPacked):
            var cursor = ByteCursor(page.values)
            try DeltaBinaryPacked.decode(&cursor, count: count, into: output)
            if column.type == .int32 { for index in 0..<count { output[index] = widened(UInt32(truncatingIfNeeded: output[index])) } }
        case (.fixed, _), (.byteArray, _): try loadBytes(page, encoding, count, output)
        case (_, .plain): try loadPlain(page.values, count, output)
        case (.int32, .byteStreamSplit), (.int64, .byteStreamSplit), (.float, .byteStreamSplit), (.double, .byteStreamSplit):
            let width = column.type == .int32 || column.type == .float ? 4 : 8
            let joined = try ByteStreamSplit.join(page.values, width: width, count: count)
            try joined.withBytes { (bytes) throws(DataError) in try loadPlain(bytes, count, output) }
        default: throw DataError(.unsupported, "the encoding \(encoding) of \(column.type.name) is not read")
        }
        try convert(output, count)
    }

    private func loadPlain(_ bytes: UnsafeRawBufferPointer, _ count: Int, _ output: UnsafeMutablePointer<UInt64>) throws(DataError) {
        func start(_ width: Int) throws(DataError) -> UnsafeRawPointer {
            guard count <= bytes.count / width, let start = bytes.baseAddress else { throw ByteCursor.ended }
            return start
        }
        switch column.type {
        case .int64, .double: UnsafeMutableRawPointer(output).copyMemory(from: try start(8), byteCount: count * 8)
        case .int32:
            let source = try start(4)
            for index in 0..<count {
                output[index] = widened(UInt32(littleEndian: source.loadUnaligned(fromByteOffset: index * 4, as: UInt32.self)))
            }
        case .float:
            let source = try start(4)
            for index in 0..<count {
                let bits = UInt32(littleEndian: source.loadUnaligned(fromByteOffset: index * 4, as: UInt32.self))
                output[index] = Double(Float(bitPattern: bits)).bitPattern
            }
        case .int96:
            let source = try start(12)
            for index in 0..<count {
                let nanoseconds = Int64(littleEndian: source.loadUnaligned(fromByteOffset: index * 12, as: Int64.self))
                let day = Int64(UInt32(littleEndian: source.loadUnaligned(fromByteOffset: index * 12 + 8, as: UInt32.self)))
                // Day 2440588 of the Julian period begins at noon of 1 January 1970, and the format counts it from midnight.
                output[index] = UInt64(bitPattern: (day - 2_440_588) * 86_400_000 + nanoseconds / 1_000_000)
            }
        case .boolean, .byteArray, .fixed: throw DataError(.unsupported, "\(column.type.name) as numbers is not read")
        }
    }

    /// Decimals and halves.
    private func loadBytes(
        _ page: ParquetPage, _ encoding: ParquetEncoding, _ count: Int, _ output: UnsafeMutablePointer<UInt64>
    ) throws(DataError) {
        var index = 0
        try ByteArrays.forEach(page.values, encoding, count: count, width: column.type == .fixed ? column.width : nil) { (bytes) throws(DataError) in
            if case .decimal(let scale) = column.meaning {
                guard bytes.count <= 16 else { throw DataError(.unsupported, "a decimal of \(bytes.count) bytes is not read; the largest has 16") }
                output[index] = DecimalScale.number(DecimalScale.bigEndian(bytes), scale: scale).bitPattern
            } else {
                output[index] = HalfFloat.double(UInt16(littleEndian: bytes.loadUnaligned(as: UInt16.self))).bitPattern
            }
            index += 1
        }
    }

    private func widened(_ value: UInt32) -> UInt64 {
        column.meaning == .integer(isSigned: false) ? UInt64(value) : UInt64(bitPattern: Int64(Int32(bitPattern: value)))
    }

    /// From what is stored to what it means, in place.
    private func convert(_ words: UnsafeMutablePointer<UInt64>, _ count: Int) throws(DataError) {
        switch (column.meaning, column.type) {
        case (.timestamp(let perSecond), .int64): try MomentScale.toMilliseconds(words, count: count, perSecond: perSecond)
        case (.date, _): try MomentScale.daysToMilliseconds(words, count: count)
        case (.decimal(let scale), .int32), (.decimal(let scale), .int64):
            for index in 0..<count { words[index] = DecimalScale.number(Int128(Int64(bitPattern: words[index])), scale: scale).bitPattern }
        case (.integer(isSigned: false), .int64):
            for index in 0..<count where words[index] > UInt64(Int64.max) {
                throw DataError(
                    .unsupported, "the value \(words[index]) is above \(Int64.max), the largest that is read; write the column as doubles")
            }
        default: break
        }
    }
}
