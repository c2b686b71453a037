import Glibc

/// The largest and the smallest of the last `period` values (fewer at the beginning).
public func rollingExtremes(_ values: [Double], period: Int) -> (highest: [Double], lowest: [Double]) {
    var highest = values
    var lowest = values
    for bar in values.indices {
        let window = values[max(0, bar - period + 1)...bar]
        highest[bar] = window.max()!
        lowest[bar] = window.min()!
    }
    return (highest, lowest)
}

/// Population standard deviation of the last `period` values (fewer at the beginning).
public func rollingDeviation(_ values: [Double], period: Int) -> [Double] {
    values.indices.map { bar in
        let window = values[max(0, bar - period + 1)...bar]
        let mean = window.reduce(0, +) / Double(window.count)
        return (window.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(window.count)).squareRoot()
    }
}

/// log(C / previous C); 0 for the first bar.
public func logReturns(_ closes: [Double]) -> [Double] {
    let logarithms = closes.map { log($0) }
    return logarithms.indices.map { $0 == 0 ? 0 : logarithms[$0] - logarithms[$0 - 1] }
}
