import ApusData

/// Candles as comma-separated values.
enum CandleFile: FileKind {
    static func recognises(_ head: [UInt8]) -> Bool {
        guard let text = String(validating: head.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self) else { return false }
        return text.contains(",") && !text.unicodeScalars.contains { $0.value < 0x20 && $0 != "\t" && $0 != "\r" }
    }

    static func report(on path: String) throws -> FileReport {
        let candles = try CandleSeries(csvPath: path)
        var report = FileReport("candles (CSV)")
        report.add("candles", "\(candles.count)")
        report.add("from", candles.openTimes.first.map { "\(CalendarTime(milliseconds: $0))" })
        report.add("to", candles.openTimes.last.map { "\(CalendarTime(milliseconds: $0))" })
        report.add("close", candles.closes.min().flatMap { low in candles.closes.max().map { "\(low) to \($0)" } })
        report.add(table: "findings", ["what"], candles.validate().map { ["\($0)"] })
        return report
    }
}
