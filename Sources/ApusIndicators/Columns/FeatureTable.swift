/// Features of candles: R rows, one per candle after the warm-up, of F columns.
public struct FeatureTable: Sendable, Equatable {
    /// The F column names.
    public let names: [String]
    /// When the candle of each row opens: milliseconds since 1970-01-01 UTC.
    public let openTimes: [Int64]
    /// Row-major, shape (R, F); all finite.
    public let values: [Float]
    /// Candles left out at the start, where some column has no value yet: row r is candle r + `warmUp`.
    public let warmUp: Int
    /// What computed the indicators: `built-in` or `TA-Lib` and its version.
    public let library: String

    public var rowCount: Int { openTimes.count }
    public var columnCount: Int { names.count }

    /// The R values of the column at `index`.
    public func column(at index: Int) -> [Float] { stride(from: index, to: values.count, by: columnCount).map { values[$0] } }

    /// The R values of the column of that name; nil when there is none.
    public func column(_ name: String) -> [Float]? { names.firstIndex(of: name).map { column(at: $0) } }

    /// The F values of a row.
    public func row(_ index: Int) -> ArraySlice<Float> { values[index * columnCount..<(index + 1) * columnCount] }
}
