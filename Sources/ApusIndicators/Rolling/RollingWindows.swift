/// What is known about the values of a part of a window, built up by taking one value after the other.
protocol WindowPart {
    /// The part without values. `pivot` is some value of the window.
    init(pivot: Double)
    mutating func take(_ value: Double, pivot: Double)
}

/// Calls `body` for each full window of `period` values, in time that does not depend on the period.
///
/// The values are cut into blocks of `period`: a window is the end of one block and the beginning of the next. Both parts are
/// accumulated, never subtracted, so that no rounding of an earlier, larger value stays behind as it does in a running sum
/// (van Herk 1992 and Gil and Werman 1993 do this for minima).
///
/// - Parameters:
///   - values: N values; NaN before the first value is skipped.
///   - body: receives the index of the window's last value, a value of the window near which sums may be taken, and the two parts.
@inline(__always)
func forEachWindow<Part: WindowPart>(
    of values: [Double], period: Int, _ part: Part.Type, _ body: (_ last: Int, _ pivot: Double, _ earlier: Part, _ later: Part) -> Void
) {
    let first = firstValue(of: values)
    guard values.count - first >= period else { return }
    var ends = [Part](repeating: Part(pivot: values[first]), count: period)
    values.withUnsafeBufferPointer { values in
        for start in stride(from: first, to: values.count, by: period) {
            let pivot = values[start]
            if start > first {
                // ends[position]: the values of the block before that lie behind the position.
                var end = Part(pivot: pivot)
                ends[period - 1] = end
                for position in stride(from: period - 1, to: 0, by: -1) {
                    end.take(values[start - period + position], pivot: pivot)
                    ends[position - 1] = end
                }
            }
            var beginning = Part(pivot: pivot)
            for position in 0..<min(period, values.count - start) {
                beginning.take(values[start + position], pivot: pivot)
                if start > first || position == period - 1 { body(start + position, pivot, ends[position], beginning) }
            }
        }
    }
}

/// Index of the first value that is not NaN; the count when there is none.
func firstValue(of values: [Double]) -> Int { values.firstIndex { !$0.isNaN } ?? values.count }
