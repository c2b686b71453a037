public import ApusData

extension CandleSeries {
    /// Reads candles from a Parquet, Feather or CSV file, told apart by content.
    ///
    /// Columns have the names that CSV files may use; in files of pandas the index can be the time. Missing numbers become NaN, which
    /// `validate` reports. Times are timestamps, dates, text, or counts since 1970 whose unit follows from their size; without zone they are UTC.
    ///
    /// - Parameter progress: told the share of the file that is read, between 0 and 1.
    /// - Throws: `DataError` with path and column for what is missing, damaged or of another type; `CancellationError` when `shouldStop` says so.
    public init(file path: String, progress: (Double) -> Void = { _ in }, shouldStop: () -> Bool = { false }) throws {
        do {
            guard try TableFormat.detect(path: path) != nil else {
                try self.init(csvPath: path, progress: progress, shouldStop: shouldStop)
                return
            }
            let file = try TableFormat.open(path: path)
            let names = try Self.names(in: file.columns)
            try self.init(try file.read(names, progress: progress, shouldStop: shouldStop))
        } catch let error as DataError where error.source == nil {
            throw DataError(error.code, error.message, source: path)
        }
    }

    /// Takes candles from a table with the columns of a CSV file, in any order, beside others.
    ///
    /// - Throws: `DataError` with the column that is missing, has another type or a time that cannot be read.
    public init(_ table: Table) throws(DataError) {
        let columns = try Self.columns(table.columns.map { Self.nameForSearch($0.name, isTime: $0.values.isTime) }).map { table.columns[$0] }
        guard table.rowCount > 0 else { throw DataError(.malformed, "the file has columns but no candles") }
        self.init()
        openTimes = try Self.times(columns[0])
        opens = try Self.numbers(columns[1])
        highs = try Self.numbers(columns[2])
        lows = try Self.numbers(columns[3])
        closes = try Self.numbers(columns[4])
        volumes = try Self.numbers(columns[5])
    }

    private static func names(in columns: [TableFileColumn]) throws(DataError) -> [String] {
        // The types that the readers turn into timestamps say so.
        let header = columns.map { nameForSearch($0.name, isTime: $0.type.contains("timestamp") || $0.type.contains("date") || $0.type == "INT96") }
        return try Self.columns(header).map { columns[$0].name }
    }

    /// The index of pandas, when it holds times, counts as the last of the names that the time may have.
    private static func nameForSearch(_ name: String, isTime: Bool) -> String { name == "__index_level_0__" && isTime ? "unix" : name }

    private static func times(_ column: Table.Column) throws(DataError) -> [Int64] {
        if let row = column.nulls.firstIndex(of: true) { throw DataError(.malformed, "column '\(column.name)': row \(row) has no time") }
        switch column.values {
        case .timestamps(let values): return values
        case .integers(let values): return try rows(column.name, values, time(count:))
        case .numbers(let values): return try rows(column.name, values, timestamp(count:))
        case .text(let values): return try rows(column.name, values, time(text:))
        case .booleans:
            throw DataError(.malformed, "column '\(column.name)' is boolean; times are timestamps, dates, text or counts since 1970")
        }
    }

    private static func rows<Value>(_ name: String, _ values: [Value], _ time: (Value) -> Int64?) throws(DataError) -> [Int64] {
        var times: [Int64] = []
        times.reserveCapacity(values.count)
        for (row, value) in values.enumerated() {
            guard let time = time(value) else {
                throw DataError(
                    .malformed,
                    "column '\(name)': row \(row) holds '\(String("\(value)".prefix(40)))', which is not a time; "
                        + "write timestamps, or 2023-01-01 00:15:00 (UTC), or seconds or milliseconds since 1970")
            }
            times.append(time)
        }
        return times
    }

    private static func time(text: String) -> Int64? {
        var text = text
        return text.withUTF8 { $0.isEmpty ? nil : parseTimestamp(UnsafeRawBufferPointer($0)[...]) }
    }

    /// Milliseconds of a count of s, ms, µs or ns, with the limits of `timestamp(count:)` and no rounding to a double.
    private static func time(count value: Int64) -> Int64? {
        switch value {
        case 0..<100_000_000_000: value * 1000
        case 100_000_000_000..<100_000_000_000_000: value
        case 100_000_000_000_000..<100_000_000_000_000_000: value / 1000
        case 100_000_000_000_000_000...: value / 1_000_000
        default: nil
        }
    }

    private static func numbers(_ column: Table.Column) throws(DataError) -> [Double] {
        var values: [Double]
        switch column.values {
        case .numbers(let numbers): values = numbers
        case .integers(let integers): values = integers.map(Double.init)
        case .text, .booleans, .timestamps:
            throw DataError(
                .malformed, "column '\(column.name)' is \(column.values.typeName); prices and volume must be numbers (float, integer or decimal)")
        }
        for (row, isNull) in column.nulls.enumerated() where isNull { values[row] = .nan }
        return values
    }
}

extension Table.Column.Values {
    fileprivate var isTime: Bool {
        if case .timestamps = self { true } else { false }
    }
}
