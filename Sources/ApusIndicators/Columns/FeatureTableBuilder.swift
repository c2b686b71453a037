import ApusData

/// Writes columns into the rows of a table.
///
/// A column alone would touch the memory of the whole table for one value in each row, so they are written some at a time.
struct FeatureTableBuilder {
    private let names: [String]
    private let candles: CandleSeries
    private let warmUp: Int
    private let rowCount: Int
    /// Where the table goes: row-major, shape (R, F), not initialised before each column has been added.
    private let values: UnsafeMutableBufferPointer<Float>
    /// Columns that are not in `values` yet, one after the other, and where they belong.
    private var waiting: [Float]
    private var waitingIndices: [Int] = []

    /// Floats in a line of cache.
    private static let together = 16

    init(names: [String], candles: CandleSeries, warmUp: Int, into values: UnsafeMutableBufferPointer<Float>) {
        self.names = names
        self.candles = candles
        self.warmUp = warmUp
        rowCount = candles.count - warmUp
        self.values = values
        waiting = [Float](repeating: 0, count: min(names.count, Self.together) * rowCount)
    }

    /// - Parameter column: one value per candle.
    /// - Throws: `IndicatorError` when a row has no finite Float in it, or there is not one value per candle.
    mutating func add(_ column: [Double], at index: Int) throws(IndicatorError) {
        guard column.count == candles.count else {
            throw IndicatorError(
                .library, "column '\(names[index])' came with \(column.count) values for \(candles.count) candles; a library returns one per candle")
        }
        var bad = 0
        let start = waitingIndices.count * rowCount
        waiting.withUnsafeMutableBufferPointer { waiting in
            column.withUnsafeBufferPointer { column in
                for row in 0..<rowCount {
                    let value = Float(column[warmUp + row])
                    waiting[start + row] = value
                    bad += value.isFinite ? 0 : 1
                }
            }
        }
        guard bad == 0 else { throw undefined(column, name: names[index], count: bad) }
        waitingIndices.append(index)
        if waitingIndices.count == Self.together { write() }
    }

    /// Writes the columns that wait; the last thing to do.
    mutating func write() {
        let width = names.count
        // Rows in pieces that stay in the nearest cache until each column of them is in.
        let piece = 128
        waiting.withUnsafeBufferPointer { waiting in
            for start in stride(from: 0, to: rowCount, by: piece) {
                let end = min(start + piece, rowCount)
                for (slot, index) in waitingIndices.enumerated() {
                    for row in start..<end { values[row * width + index] = waiting[slot * rowCount + row] }
                }
            }
        }
        waitingIndices.removeAll()
    }

    private func undefined(_ column: [Double], name: String, count: Int) -> IndicatorError {
        let first = column.indices.dropFirst(warmUp).first { !Float(column[$0]).isFinite }!
        let time = CalendarTime(milliseconds: candles.openTimes[first])
        return IndicatorError(
            .undefinedValue,
            "column '\(name)' has no finite value in \(count) of \(rowCount) rows, first in candle \(first) at \(time), where it is "
                + "\(column[first]); look at the prices and volumes up to there")
    }
}
