/// Mean, deviation and skewness of the last values, one array of N values each; NaN before there are `period` of them.
package struct RollingMoments {
    package var means: [Double]
    /// Population standard deviations (divided by the period).
    package var deviations: [Double]
    /// Third central moment over the cubed deviation (scipy.stats.skew with its defaults); 0 where nothing moves.
    package var skews: [Double]
}

/// Powers of the distances to the pivot.
///
/// The pivot is a value of the window, hence within sqrt(period - 1) deviations of its mean: taking the mean out afterwards loses at
/// most a factor of the period, while sums of plain squares lose everything when the mean is a million deviations.
private struct PowerPart: WindowPart {
    var (first, second, third) = (0.0, 0.0, 0.0)
    @inline(__always) init(pivot: Double) {}
    @inline(__always) mutating func take(_ value: Double, pivot: Double) {
        let distance = value - pivot
        let square = distance * distance
        first += distance
        second += square
        third += square * distance
    }
}

package func rollingMoments(_ values: [Double], period: Int) -> RollingMoments {
    let empty = [Double](repeating: .nan, count: values.count)
    var moments = RollingMoments(means: empty, deviations: empty, skews: empty)
    let share = 1 / Double(period)
    moments.means.withUnsafeMutableBufferPointer { means in
        moments.deviations.withUnsafeMutableBufferPointer { deviations in
            moments.skews.withUnsafeMutableBufferPointer { skews in
                forEachWindow(of: values, period: period, PowerPart.self) { last, pivot, earlier, later in
                    let offset = (earlier.first + later.first) * share
                    let square = (earlier.second + later.second) * share
                    let cube = (earlier.third + later.third) * share
                    let variance = max(square - offset * offset, 0)
                    let mean = pivot + offset
                    let deviation = variance.squareRoot()
                    means[last] = mean
                    deviations[last] = deviation
                    let central = cube - 3 * offset * square + 2 * offset * offset * offset
                    skews[last] = isMovement(deviation, around: mean) ? central / (variance * deviation) : 0
                }
            }
        }
    }
    return moments
}

/// Whether a deviation is more than the rounding of equal values.
@inline(__always)
func isMovement(_ deviation: Double, around mean: Double) -> Bool { deviation > 1e-12 * abs(mean) }

/// Distance of each value to its window's mean in deviations; 0 where nothing moves.
func zScores(_ values: [Double], means: [Double], deviations: [Double]) -> [Double] {
    values.indices.map { index in
        guard !means[index].isNaN else { return .nan }
        return isMovement(deviations[index], around: means[index]) ? (values[index] - means[index]) / deviations[index] : 0
    }
}
