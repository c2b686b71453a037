public import ApusData

/// A Parquet file (parquet-format 2.x): flat columns in the encodings and compressions that pandas, polars and DuckDB write.
public struct ParquetFile: TableFile {
    private let file: MappedFile
    private let footer: ParquetFooter
    private let schema: [ParquetColumn]

    public let columns: [TableFileColumn]
    public let codecs: [String]
    public var format: String { "Parquet" }
    public var writer: String? { footer.writer }
    public var rowCount: Int { footer.rowCount }
    public var rowGroupCount: Int { footer.rowGroups.count }

    /// - Throws: `DataError` with the path when the file's end or its description of itself is damaged.
    public init(path: String) throws(DataError) {
        self = try MappedFile.reading(path) { (file) throws(DataError) in try ParquetFile(file) }
    }

    init(_ file: MappedFile) throws(DataError) {
        self.file = file
        footer = try ParquetFooter(file: file.bytes)
        schema = try ParquetColumn.columns(footer.schema)
        columns = schema.map(\.description)
        codecs = Set(footer.rowGroups.flatMap { $0.chunks.map { Self.codecName($0.codec) } }.filter { $0 != Codec.uncompressed.rawValue }).sorted()
        var rows = 0
        for group in footer.rowGroups {
            guard group.rowCount >= 0, group.chunks.count == schema.count else {
                throw DataError(.malformed, "a row group of \(group.rowCount) rows has \(group.chunks.count) columns instead of \(schema.count)")
            }
            rows = rows.addingReportingOverflow(group.rowCount).partialValue
        }
        guard rows == footer.rowCount else {
            throw DataError(.malformed, "the file claims \(footer.rowCount) rows and its row groups have \(rows)")
        }
    }

    private static func codecName(_ number: Int) -> String {
        let names = ["UNCOMPRESSED", "SNAPPY", "GZIP", "LZO", "BROTLI", "LZ4", "ZSTD", "LZ4_RAW"]
        return names.indices.contains(number) ? names[number] : "codec \(number)"
    }

    public func read(_ names: [String], progress: (Double) -> Void, shouldStop: () -> Bool) throws -> Table {
        defer { withExtendedLifetime(file) {} }
        var current: String?
        do {
            let indices = try indices(of: names)
            let budget = Budget(fileSize: file.bytes.count)
            try budget.check(rows: rowCount, width: indices.reduce(0) { $0 + Self.width(schema[$1].meaning) })
            var columns: [Table.Column] = []
            for (done, index) in indices.enumerated() {
                current = schema[index].name
                if shouldStop() { throw CancellationError() }
                columns.append(try column(index, budget))
                progress(Double(done + 1) / Double(indices.count))
            }
            current = nil
            return try Table(columns)
        } catch let error as DataError {
            throw DataError(error.code, (current.map { "column '\($0)': " } ?? "") + error.message, source: file.path)
        }
    }

    /// Bytes that a value takes in memory at most, with what is needed while it is read.
    private static func width(_ meaning: ParquetMeaning) -> Int {
        switch meaning {
        case .text: 64
        default: 16
        }
    }

    private func column(_ index: Int, _ budget: Budget) throws(DataError) -> Table.Column {
        let column = schema[index]
        var nulls = NullMarks(rowCount: rowCount)
        let values: Table.Column.Values
        func words(_ output: UnsafeMutableRawPointer) throws(DataError) {
            var words = WordValues(column, into: output.assumingMemoryBound(to: UInt64.self))
            try read(index, into: &words, &nulls, budget)
        }
        switch column.meaning {
        case .number, .float16, .decimal:
            values = .numbers(try [Double](count: rowCount) { (output) throws(DataError) in try words(output) })
        case .integer: values = .integers(try [Int64](count: rowCount) { (output) throws(DataError) in try words(output) })
        case .timestamp, .date: values = .timestamps(try [Int64](count: rowCount) { (output) throws(DataError) in try words(output) })
        case .boolean:
            var booleans = BooleanValues()
            try read(index, into: &booleans, &nulls, budget)
            values = .booleans(booleans.values)
        case .text:
            var text = TextValues(budget: budget)
            try read(index, into: &text, &nulls, budget)
            values = .text(text.values)
        case .unsupported(let what): throw DataError(.unsupported, "\(what) values are not read")
        }
        return Table.Column(column.name, values, nulls: nulls.marks)
    }

    private func read(_ index: Int, into values: inout some ParquetValues, _ nulls: inout NullMarks, _ budget: Budget) throws(DataError) {
        let decompressor = Decompressor(budget: budget)
        for group in footer.rowGroups where group.rowCount > 0 {
            var pages = try pages(group.chunks[index], schema[index], decompressor)
            guard group.chunks[index].valueCount == group.rowCount else {
                throw DataError(.malformed, "\(group.chunks[index].valueCount) values in a row group of \(group.rowCount) rows")
            }
            var left = group.rowCount
            while left > 0 {
                let page = try pages.next()
                if page.kind == .dictionary {
                    try values.readDictionary(page)
                    continue
                }
                guard page.count <= left else { throw DataError(.malformed, "a page of \(page.count) values where \(left) are left") }
                try nulls.add(page) { (isPresent, present) throws(DataError) in
                    try values.read(page, present: present)
                    if let isPresent { values.spread(isPresent, rows: page.count, present: present) }
                }
                left -= page.count
            }
        }
    }

    private func pages(
        _ chunk: ParquetFooter.Chunk, _ column: ParquetColumn, _ decompressor: Decompressor
    ) throws(DataError) -> ParquetPages {
        guard !chunk.isEncrypted else { throw DataError(.unsupported, "it is encrypted, which is not read") }
        guard !chunk.isElsewhere else { throw DataError(.unsupported, "its values are in another file, which is not read") }
        guard chunk.type == column.type.rawValue else { throw DataError(.malformed, "its values have type \(chunk.type), not \(column.type.name)") }
        let name = Self.codecName(chunk.codec)
        guard let codec = Codec(rawValue: name) else {
            throw DataError(.unsupported, "the compression \(name) is not read; write the file with SNAPPY, ZSTD, GZIP, LZ4_RAW or none")
        }
        // Writers without a dictionary leave the offset out, or 0.
        let dictionary = chunk.dictionaryOffset.flatMap { $0 > 0 && $0 < chunk.dataOffset ? $0 : nil }
        let start = dictionary ?? chunk.dataOffset
        guard (4..<max(footer.start, 5)).contains(start) else {
            throw DataError(.malformed, "its values are at byte \(start), outside of the file's")
        }
        let bytes = UnsafeRawBufferPointer(rebasing: file.bytes[start..<footer.start])
        return ParquetPages(bytes, codec: codec, isOptional: column.isOptional, decompressor: decompressor)
    }
}
