private struct SumPart: WindowPart {
    var sum = 0.0
    @inline(__always) init(pivot: Double) {}
    @inline(__always) mutating func take(_ value: Double, pivot: Double) { sum += value }
}

private struct OffsetPart: WindowPart {
    var sum = 0.0
    @inline(__always) init(pivot: Double) {}
    @inline(__always) mutating func take(_ value: Double, pivot: Double) { sum += value - pivot }
}

/// Sum of the last `period` values; NaN before there are that many. The sum of zeros is exactly zero.
package func rollingSum(_ values: [Double], period: Int) -> [Double] {
    var result = [Double](repeating: .nan, count: values.count)
    result.withUnsafeMutableBufferPointer { result in
        forEachWindow(of: values, period: period, SumPart.self) { last, _, earlier, later in result[last] = earlier.sum + later.sum }
    }
    return result
}

/// Mean of the last `period` values; NaN before there are that many. The mean of equal values is exactly that value.
package func rollingMean(_ values: [Double], period: Int) -> [Double] {
    var result = [Double](repeating: .nan, count: values.count)
    let share = 1 / Double(period)
    result.withUnsafeMutableBufferPointer { result in
        forEachWindow(of: values, period: period, OffsetPart.self) { last, pivot, earlier, later in
            result[last] = pivot + (earlier.sum + later.sum) * share
        }
    }
    return result
}
