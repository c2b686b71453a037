extension CandleSeries {
    /// Names under which exchanges and tools write each column; compared without case, spaces and underscores.
    private static let columnNames: [(column: String, names: [String])] = [
        ("time", ["date", "datetime", "time", "timestamp", "opentime", "ts", "unix"]),
        ("open", ["open", "openprice", "o"]),
        ("high", ["high", "highprice", "h"]),
        ("low", ["low", "lowprice", "l"]),
        ("close", ["close", "closeprice", "c"]),
        ("volume", ["volume", "vol", "basevolume", "v"]),
    ]

    /// Reads candles from a CSV file with a header line, or from Binance's headerless files (open time first).
    ///
    /// Empty numbers become NaN, which `validate` reports.
    ///
    /// - Parameter progress: told the share of the file that is read, between 0 and 1; called about once per 1 % of large files.
    /// - Throws: `DataError` with line and column of the first field that cannot be read; `CancellationError` when `shouldStop` says so.
    public init(csvPath path: String, progress: (Double) -> Void = { _ in }, shouldStop: () -> Bool = { false }) throws {
        let file = try MappedFile(path: path)
        defer { withExtendedLifetime(file) {} }
        do {
            try self.init(csv: file.bytes, progress: progress, shouldStop: shouldStop)
        } catch let error as DataError {
            throw DataError(error.code, error.message, source: path)
        }
    }

    /// Reads candles from CSV text.
    public init(csv text: String) throws {
        var text = text
        self = try text.withUTF8 { try CandleSeries(csv: UnsafeRawBufferPointer($0)) }
    }

    private init(csv bytes: UnsafeRawBufferPointer, progress: (Double) -> Void = { _ in }, shouldStop: () -> Bool = { false }) throws {
        var reader = CSVReader(bytes: bytes)
        var fields: [CSVReader.Field] = []
        guard try reader.next(&fields) else { throw DataError(.malformed, "the file is empty; expected a header line and candles") }
        reserveCapacity(bytes.count / 60)
        let columns: [Int]
        if let first = fields.first, parseTimestamp(reader.trimmed(first)) != nil {
            guard fields.count >= 6 else {
                throw DataError(.malformed, "line \(reader.recordLine): a file without header needs open time, open, high, low, close, volume")
            }
            columns = Array(0..<6)
            try append(fields, columns, reader)
        } else {
            columns = try Self.columns(fields.map(reader.text))
        }
        let reportEvery = max(bytes.count / 100, 1 << 20)
        var nextReport = reportEvery
        while try reader.next(&fields) {
            try append(fields, columns, reader)
            if reader.offset >= nextReport {
                nextReport += reportEvery
                progress(Double(reader.offset) / Double(bytes.count))
                if shouldStop() { throw CancellationError() }
            }
        }
        guard count > 0 else { throw DataError(.malformed, "the file has a header but no candles") }
        progress(1)
    }

    /// Finds time, open, high, low, close and volume, in this order, among the names of a table's columns.
    ///
    /// - Throws: `DataError` with the names that are there and those that are accepted.
    package static func columns(_ header: [String]) throws(DataError) -> [Int] {
        let names = header.map { name in name.lowercased().filter { $0 != " " && $0 != "_" && $0 != "-" } }
        var columns: [Int] = []
        for (column, candidates) in columnNames {
            // The order of the candidates decides, so that `date` wins over a `timestamp` beside it.
            guard let index = candidates.lazy.compactMap({ names.firstIndex(of: $0) }).first else {
                throw DataError(
                    .malformed,
                    "there is no '\(column == "time" ? "date" : column)' column; the header has \(header.prefix(20).joined(separator: ", ")). "
                        + "Accepted names: \(candidates.joined(separator: ", "))")
            }
            columns.append(index)
        }
        return columns
    }

    private mutating func append(_ fields: [CSVReader.Field], _ columns: [Int], _ reader: CSVReader) throws(DataError) {
        guard let last = columns.max(), last < fields.count else {
            throw DataError(.malformed, "line \(reader.recordLine): only \(fields.count) fields, the header promises more; is the file cut off?")
        }
        func number(_ column: Int) throws(DataError) -> Double {
            let field = fields[columns[column]]
            guard let value = parseDecimal(reader.trimmed(field)) else { throw unreadable(column, "a number") }
            return value
        }
        func unreadable(_ column: Int, _ what: String) -> DataError {
            let text = reader.text(fields[columns[column]]).prefix(40)
            return DataError(
                .malformed, "line \(reader.recordLine), column \(columns[column] + 1) (\(Self.columnNames[column].column)): '\(text)' is not \(what)")
        }
        guard let time = parseTimestamp(reader.trimmed(fields[columns[0]])) else {
            throw unreadable(0, "a time; write 2023-01-01 00:15:00 (UTC) or seconds or milliseconds since 1970")
        }
        append(openTime: time, open: try number(1), high: try number(2), low: try number(3), close: try number(4), volume: try number(5))
    }

    /// The candles as CSV: `date,open,high,low,close,volume`, times in UTC, the shortest digits that read back as the same numbers.
    public func csvText() -> String {
        var text = ""
        writeCSV { text += $0 }
        return text
    }

    /// Hands the CSV to `sink` in pieces of a few hundred kilobytes.
    public func writeCSV<Failure: Error>(_ sink: (String) throws(Failure) -> Void) throws(Failure) {
        var text = "date,open,high,low,close,volume\n"
        for index in 0..<count {
            text += CalendarTime(milliseconds: openTimes[index]).description
            for value in [opens[index], highs[index], lows[index], closes[index], volumes[index]] { text += ",\(value)" }
            text += "\n"
            if text.utf8.count > 1 << 18 {
                try sink(text)
                text = ""
            }
        }
        try sink(text)
    }

    /// Saves the CSV to `path`: complete or not at all.
    public func saveCSV(to path: String) throws(DataError) {
        let file = try OutputFile(path: path)
        try writeCSV { (text) throws(DataError) in try file.write(text) }
        try file.commit()
    }
}
