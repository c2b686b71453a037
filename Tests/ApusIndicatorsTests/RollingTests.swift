import Testing
import TestSupport

import ApusIndicators

/// Windows against sums over each window by itself.
@Suite struct RollingTests {
    static let seed: UInt64 = 20261129

    static func randomValues(_ count: Int, around level: Double) -> [Double] {
        var random = SeededGenerator(seed: seed)
        return (0..<count).map { _ in level + Double.random(in: -1...1, using: &random) }
    }

    @Test(arguments: [1, 2, 3, 7, 50, 99, 100]) func `rolling values are those of each window alone`(period: Int) {
        let values = [Double.nan, .nan] + Self.randomValues(100, around: 5)
        let (sums, means, moments) = (rollingSum(values, period: period), rollingMean(values, period: period), rollingMoments(values, period: period))
        let (highest, lowest) = (rollingHighest(values, period: period), rollingLowest(values, period: period))
        let weighted = rollingWeightedMean(values, period: period)
        for last in values.indices {
            guard last >= period + 1 else {
                let all = [sums, means, moments.means, moments.deviations, moments.skews, highest, lowest, weighted]
                #expect(all.allSatisfy { $0[last].isNaN }, "index \(last)")
                continue
            }
            let window = values[last + 1 - period...last]
            let sum = window.reduce(0, +)
            let mean = sum / Double(period)
            let variance = window.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(period)
            let weights = window.enumerated().reduce(0) { $0 + $1.element * Double($1.offset + 1) }
            #expect(abs(sums[last] - sum) < 1e-11 && abs(means[last] - mean) < 1e-13 && abs(moments.means[last] - mean) < 1e-13)
            #expect(abs(moments.deviations[last] - variance.squareRoot()) < 1e-13, "seed \(Self.seed), index \(last)")
            #expect(highest[last] == window.max() && lowest[last] == window.min())
            #expect(abs(weighted[last] - weights * 2 / Double(period * (period + 1))) < 1e-12)
        }
    }

    @Test func `a deviation is exact to twelve digits at a level of a hundred million`() {
        let small = Self.randomValues(500, around: 0).map { ($0 * 1024).rounded() / 1024 }
        let expected = rollingMoments(small, period: 30)
        // Multiples of 1/1024 stay exact there.
        let actual = rollingMoments(small.map { $0 + 1e8 }, period: 30)
        for last in 29..<500 {
            #expect(abs(actual.deviations[last] / expected.deviations[last] - 1) < 1e-12, "seed \(Self.seed), index \(last)")
            #expect(abs(actual.skews[last] - expected.skews[last]) < 1e-11, "seed \(Self.seed), index \(last)")
        }
    }

    @Test func `equal values have exactly their mean, no deviation and no skew`() {
        let moments = rollingMoments([Double](repeating: 0.1, count: 50), period: 13)
        #expect(moments.means[12...].allSatisfy { $0 == 0.1 })
        #expect(moments.deviations[12...].allSatisfy { $0 == 0 })
        #expect(moments.skews[12...].allSatisfy { $0 == 0 })
    }

    @Test func `a period beyond the values gives no value`() {
        #expect(rollingSum([1, 2, 3], period: 4).allSatisfy { $0.isNaN })
        #expect(rollingMean([.nan, .nan], period: 2).allSatisfy { $0.isNaN })
        #expect(rollingWeightedMean([], period: 2).isEmpty)
    }
}
