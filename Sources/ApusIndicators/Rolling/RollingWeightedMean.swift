/// Mean of the last `period` values with the weights 1 (oldest) to `period` (newest); NaN before there are that many.
///
/// Summed in the blocks of `forEachWindow`. In the window that ends at position p of a block, the position i of that block has the
/// weight (period - 1 - p) + (i + 1), and the position i > p of the block before has i - p.
package func rollingWeightedMean(_ values: [Double], period: Int) -> [Double] {
    var result = [Double](repeating: .nan, count: values.count)
    let first = firstValue(of: values)
    guard values.count - first >= period else { return result }
    let share = 2 / (Double(period) * Double(period + 1))
    var ends = [Double](repeating: 0, count: period)
    for start in stride(from: first, to: values.count, by: period) {
        let pivot = values[start]
        if start > first {
            var (sum, weighted) = (0.0, 0.0)
            ends[period - 1] = 0
            for position in stride(from: period - 1, to: 0, by: -1) {
                sum += values[start - period + position] - pivot
                weighted += sum
                ends[position - 1] = weighted
            }
        }
        var (sum, weighted) = (0.0, 0.0)
        for position in 0..<min(period, values.count - start) {
            let distance = values[start + position] - pivot
            sum += distance
            weighted += distance * Double(position + 1)
            guard start > first || position == period - 1 else { continue }
            result[start + position] = pivot + (ends[position] + weighted + sum * Double(period - 1 - position)) * share
        }
    }
    return result
}
