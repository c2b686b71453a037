public import ApusData

/// A Feather file of version 2, which is an Arrow IPC file: flat columns, dictionaries of text, uncompressed, LZ4 or Zstandard.
// Safe to share: nothing changes after `init`, and what `messages` points at lies in `file`, which is read-only and kept.
public struct ArrowFile: TableFile, @unchecked Sendable {
    private let file: MappedFile
    private let messages: ArrowMessages

    public let columns: [TableFileColumn]
    public let codecs: [String]
    public let rowCount: Int
    public var format: String { "Feather" }
    /// The format has no place for it.
    public var writer: String? { nil }
    public var batchCount: Int { messages.batches.count }

    /// - Throws: `DataError` with the path when the file's end or its description of itself is damaged.
    public init(path: String) throws(DataError) {
        self = try MappedFile.reading(path) { (file) throws(DataError) in try ArrowFile(file) }
    }

    init(_ file: MappedFile) throws(DataError) {
        self.file = file
        messages = try ArrowMessages(file: file.bytes)
        columns = messages.fields.map(\.description)
        codecs = Set((messages.batches + messages.dictionaries.map(\.batch)).compactMap { $0.codec?.rawValue }).sorted()
        var rows = 0
        for batch in messages.batches { rows = rows.addingReportingOverflow(batch.rowCount).partialValue }
        guard rows >= 0 else { throw DataError(.malformed, "the batches have more rows than there can be") }
        rowCount = rows
    }

    public func read(_ names: [String], progress: (Double) -> Void, shouldStop: () -> Bool) throws -> Table {
        defer { withExtendedLifetime(file) {} }
        var current: String?
        do {
            let indices = try indices(of: names)
            let budget = Budget(fileSize: file.bytes.count)
            try budget.check(rows: rowCount, width: indices.reduce(0) { $0 + (messages.fields[$1].isText ? 64 : 16) })
            var parts: [[ArrowBatch.Part]] = []
            for batch in messages.batches { parts.append(try batch.parts(messages.fields)) }
            var columns: [Table.Column] = []
            for (done, index) in indices.enumerated() {
                current = messages.fields[index].name
                if shouldStop() { throw CancellationError() }
                var reader = ArrowColumnReader(messages, index, parts: parts.map { $0[index] }, rowCount: rowCount, budget)
                columns.append(try reader.column())
                progress(Double(done + 1) / Double(indices.count))
            }
            current = nil
            return try Table(columns)
        } catch let error as DataError {
            throw DataError(error.code, (current.map { "column '\($0)': " } ?? "") + error.message, source: file.path)
        }
    }
}
