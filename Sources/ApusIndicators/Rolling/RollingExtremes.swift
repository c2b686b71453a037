private struct HighestPart: WindowPart {
    var highest: Double
    @inline(__always) init(pivot: Double) { highest = pivot }
    @inline(__always) mutating func take(_ value: Double, pivot: Double) { highest = max(highest, value) }
}

private struct LowestPart: WindowPart {
    var lowest: Double
    @inline(__always) init(pivot: Double) { lowest = pivot }
    @inline(__always) mutating func take(_ value: Double, pivot: Double) { lowest = min(lowest, value) }
}

/// The largest of the last `period` values; NaN before there are that many.
package func rollingHighest(_ values: [Double], period: Int) -> [Double] {
    var result = [Double](repeating: .nan, count: values.count)
    result.withUnsafeMutableBufferPointer { result in
        forEachWindow(of: values, period: period, HighestPart.self) { last, _, earlier, later in result[last] = max(earlier.highest, later.highest) }
    }
    return result
}

/// The smallest of the last `period` values; NaN before there are that many.
package func rollingLowest(_ values: [Double], period: Int) -> [Double] {
    var result = [Double](repeating: .nan, count: values.count)
    result.withUnsafeMutableBufferPointer { result in
        forEachWindow(of: values, period: period, LowestPart.self) { last, _, earlier, later in result[last] = min(earlier.lowest, later.lowest) }
    }
    return result
}
