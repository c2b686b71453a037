import Glibc

extension LabelledSequences {
    /// The inputs of `rows`, sharing memory: row-major, shape (rows, T, F).
    public func inputs(of rows: Range<Int>) -> SharedFloats { inputs.slice(rows.lowerBound * steps * features..<rows.upperBound * steps * features) }

    /// One-hot classes of `rows`: row-major, shape (rows, C).
    public func oneHotClasses(of rows: Range<Int>) -> [Float] {
        var result = [Float](repeating: 0, count: rows.count * classNames.count)
        for (offset, label) in classes[rows].enumerated() { result[offset * classNames.count + Int(label)] = 1 }
        return result
    }

    /// log(1 + bars) of `rows`; `expm1` turns predictions back into bars.
    public func logBars(of rows: Range<Int>) -> [Float] { bars[rows].map { log1p($0) } }

    public func classDistribution(of rows: Range<Int>) -> ClassDistribution { ClassDistribution(classes[rows], names: classNames) }

    /// Statistics of the bars to the next point; nil for no rows.
    public func barStatistics(of rows: Range<Int>) -> TargetStatistics? { TargetStatistics(bars[rows].map { Double($0) }) }
}
