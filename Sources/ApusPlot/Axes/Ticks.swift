import Glibc

/// Where an axis has its marks, and what stands beside them.
struct Ticks: Equatable {
    var values: [Double]
    var labels: [String]

    /// - Parameters:
    ///   - count: about how many marks there is room for.
    ///   - integers: marks only at whole numbers, as for epochs.
    init(_ domain: ClosedRange<Double>, _ kind: AxisScale, count: Int, integers: Bool = false) {
        if kind == .logarithmic, let ticks = Ticks.logarithmic(domain, count: count) {
            self = ticks
        } else {
            self = Ticks.linear(domain, count: max(2, count), integers: integers)
        }
    }

    private init(values: [Double], labels: [String]) {
        self.values = values
        self.labels = labels
    }

    /// Multiples of 1, 2, 2.5 or 5 times a power of ten.
    private static func linear(_ domain: ClosedRange<Double>, count: Int, integers: Bool) -> Ticks {
        let span = (domain.upperBound / 2 - domain.lowerBound / 2) * 2
        let rough = span / Double(count)
        guard rough.isFinite, rough > 0 else { return Ticks(values: [], labels: []) }
        let power = pow(10, floor(log10(rough)))
        var step = [1, 2, 2.5, 5, 10].map { $0 * power }.first { $0 >= rough * 0.85 } ?? power * 10
        if integers { step = step < 1 ? 1 : step == 2.5 ? 5 : step.rounded() }
        let first = (domain.lowerBound / step - 1e-9).rounded(.up)
        let last = (domain.upperBound / step + 1e-9).rounded(.down)
        guard last >= first, last - first < 1000 else { return Ticks(values: [], labels: []) }
        let values = (0...Int(last - first)).map { (first + Double($0)) * step }.map { $0 == 0 ? 0 : $0 }
        return Ticks(values: values, labels: labels(values, step: step))
    }

    /// One notation for a whole axis, with the decimals that tell its marks apart.
    private static func labels(_ values: [Double], step: Double) -> [String] {
        let largest = values.map(\.magnitude).max() ?? 0
        let exponent = NumberText.exponent(of: largest)
        let stepExponent = Int(floor(log10(step) + 1e-9))
        // 2.5 has one digit more than its power of ten says.
        let mantissa = step / pow(10, Double(stepExponent))
        let extra = (mantissa - mantissa.rounded()).magnitude > 1e-6 ? 1 : 0
        if exponent >= 6 || exponent < -3, exponent - stepExponent < 6 {
            let decimals = max(0, exponent - stepExponent + extra)
            return values.map {
                $0 == 0
                    ? "0" : NumberText.withPower(NumberText.trimmed(NumberText.fixed($0 / pow(10, Double(exponent)), decimals: decimals)), exponent)
            }
        }
        let decimals = max(0, extra - stepExponent)
        return values.map { NumberText.grouped(NumberText.fixed($0, decimals: decimals)) }
    }

    /// Powers of ten, with 2 and 5 between them when there is room; nil when the domain is too narrow for that.
    private static func logarithmic(_ domain: ClosedRange<Double>, count: Int) -> Ticks? {
        let low = Int(floor(log10(domain.lowerBound) + 1e-9))
        let high = Int(ceil(log10(domain.upperBound) - 1e-9))
        let stride = max(1, (high - low + count - 1) / max(1, count))
        func values(_ mantissas: [Double]) -> [Double] {
            Swift.stride(from: low, through: high, by: stride).flatMap { power in mantissas.map { $0 * pow(10, Double(power)) } }
                .filter { $0 >= domain.lowerBound * 0.999999 && $0 <= domain.upperBound * 1.000001 }
        }
        var chosen = values([1])
        for mantissas in [[1.0, 3], [1, 2, 5], [1, 2, 3, 5, 7]] where stride == 1 && chosen.count < 3 { chosen = values(mantissas) }
        guard chosen.count >= 2 else { return nil }
        return Ticks(values: chosen, labels: chosen.map { NumberText.compact($0, significantDigits: 2) })
    }
}
