import Glibc

/// How values are spread along an axis.
public enum AxisScale: Sendable, Hashable {
    case linear
    /// Base 10; values that are not positive have no place and leave gaps.
    case logarithmic
}

/// Maps values of an axis to positions.
struct Scale {
    let kind: AxisScale
    /// Smallest and largest value shown.
    let domain: ClosedRange<Double>
    /// Positions of the smallest and the largest value.
    let start: Double
    let end: Double

    /// The position of a value; nil for what has none on this axis.
    func position(_ value: Double) -> Double? {
        guard let transformed = Scale.transform(value, kind), let low = Scale.transform(domain.lowerBound, kind),
            let high = Scale.transform(domain.upperBound, kind)
        else { return nil }
        // Halved, so that the span of very large values does not overflow.
        let position = start + (end - start) * ((transformed / 2 - low / 2) / (high / 2 - low / 2))
        return position.isFinite ? position : nil
    }

    static func transform(_ value: Double, _ kind: AxisScale) -> Double? {
        guard value.isFinite else { return nil }
        switch kind {
        // Below this, differences can no longer be divided.
        case .linear: return value.magnitude < 1e-300 ? 0 : value
        case .logarithmic: return value > 0 ? log10(value) : nil
        }
    }

    /// The range of values that an axis must show, with some air; [0, 1] when there is nothing to show.
    static func domain(of values: some Sequence<Double>, _ kind: AxisScale, padding: Double, includingZero: Bool = false) -> ClosedRange<Double> {
        var low = Double.infinity
        var high = -Double.infinity
        for value in values {
            guard let transformed = transform(value, kind) else { continue }
            low = min(low, transformed)
            high = max(high, transformed)
        }
        guard low <= high else { return kind == .linear ? 0...1 : 0.1...1 }
        // Far enough from the largest number that spans and air are finite too.
        let limit = kind == .linear ? 1e300 : 300.0
        func clamped(_ value: Double) -> Double { min(max(value, -limit), limit) }
        (low, high) = (clamped(low), clamped(high))
        if includingZero, kind == .linear {
            low = min(low, 0)
            high = max(high, 0)
        }
        if low == high {
            let air = kind == .linear ? (low == 0 ? 1 : low.magnitude * 0.1) : 0.5
            low -= air
            high += air
        } else {
            let air = (high / 2 - low / 2) * 2 * padding
            let isAtZero = includingZero && kind == .linear
            if !(isAtZero && low == 0) { low -= air }
            if !(isAtZero && high == 0) { high += air }
        }
        return kind == .linear ? low...high : pow(10, clamped(low))...pow(10, clamped(high))
    }
}
