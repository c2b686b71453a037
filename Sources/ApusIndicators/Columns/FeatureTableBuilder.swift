import ApusData

/// Writes columns into the rows of a table.
///
/// A column alone would touch the memory of the whole table for one value in each row, so they are written some at a time.
struct FeatureTableBuilder {
    private let names: [String]
    private let candles: CandleSeries
    private let warmUp: Int
    private var values: [Float]
    private var waiting: [(index: Int, column: [Double])] = []

    /// Floats in a line of cache, and streams that processors read ahead.
    private static let together = 16

    init(names: [String], candles: CandleSeries, warmUp: Int) {
        self.names = names
        self.candles = candles
        self.warmUp = warmUp
        values = [Float](repeating: 0, count: names.count * (candles.count - warmUp))
    }

    /// - Parameter column: one value per candle.
    /// - Throws: `IndicatorError` when a row has no finite Float in it.
    mutating func add(_ column: [Double], at index: Int) throws(IndicatorError) {
        try check(column, name: names[index])
        waiting.append((index, column))
        if waiting.count == Self.together { write() }
    }

    mutating func table(library: String) -> FeatureTable {
        write()
        return FeatureTable(names: names, openTimes: Array(candles.openTimes.dropFirst(warmUp)), values: values, warmUp: warmUp, library: library)
    }

    private mutating func write() {
        let (width, warmUp) = (names.count, warmUp)
        let indices = waiting.map(\.index)
        // Rows in pieces that stay in the cache until each column of them is in.
        let piece = 128
        values.withUnsafeMutableBufferPointer { values in
            for start in stride(from: warmUp, to: candles.count, by: piece) {
                let end = min(start + piece, candles.count)
                for (slot, index) in indices.enumerated() {
                    waiting[slot].column.withUnsafeBufferPointer { column in
                        var place = (start - warmUp) * width + index
                        for candle in start..<end {
                            values[place] = Float(column[candle])
                            place += width
                        }
                    }
                }
            }
        }
        waiting.removeAll(keepingCapacity: true)
    }

    private func check(_ column: [Double], name: String) throws(IndicatorError) {
        let largest = Double(Float.greatestFiniteMagnitude)
        // Written so that NaN counts, too.
        let bad = column.withUnsafeBufferPointer { values in
            var bad = 0
            for index in warmUp..<values.count { bad += abs(values[index]) <= largest ? 0 : 1 }
            return bad
        }
        guard bad > 0, let first = (warmUp..<column.count).first(where: { !(abs(column[$0]) <= largest) }) else { return }
        let time = CalendarTime(milliseconds: candles.openTimes[first])
        throw IndicatorError(
            .undefinedValue,
            "column '\(name)' has no finite value in \(bad) of \(column.count - warmUp) rows, first in candle \(first) at \(time), where it is "
                + "\(column[first]); look at the prices and volumes up to there")
    }
}
