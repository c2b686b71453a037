import ApusSession

/// Runs a piece of code again and again and prints how long one run takes. `%timeit` puts it around code; not to be called by hand.
///
/// Source: the numbers of runs are those of Python's `timeit`, the line printed is IPython's.
///
/// - Parameters:
///   - loops: The runs of one measurement; nil for 1, 2, 5, 10, ... until they take 0.2 s.
///   - repeats: How many measurements there are.
@MainActor public func apusTime(loops: Int?, repeats: Int, _ body: () throws -> Void) throws {
    let loops = try loops ?? sufficientLoops(body)
    var seconds: [Double] = []
    for _ in 0..<repeats { seconds.append(try measure(loops, body) / .seconds(1) / Double(loops)) }
    let mean = seconds.reduce(0, +) / Double(repeats)
    let variance = seconds.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(repeats)
    CellHost.shared.cell?.out.print(
        "\(text(mean)) ± \(text(variance.squareRoot())) per loop (mean ± std. dev. of \(repeats) \(repeats == 1 ? "run" : "runs"), \(grouped(loops)) "
            + (loops == 1 ? "loop each)" : "loops each)"))
}

@MainActor private func measure(_ loops: Int, _ body: () throws -> Void) throws -> Duration {
    if CellHost.shared.isInterrupted { throw CancellationError() }
    return try ContinuousClock().measure { for _ in 0..<loops { try body() } }
}

@MainActor private func sufficientLoops(_ body: () throws -> Void) throws -> Int {
    var power = 1
    while true {
        for factor in [1, 2, 5] where try measure(power * factor, body) >= .milliseconds(200) { return power * factor }
        power *= 10
    }
}

private func text(_ seconds: Double) -> String { Clock.precise(.seconds(seconds)) }

/// `1,000,000`
private func grouped(_ number: Int) -> String {
    var digits = String(number)
    for offset in stride(from: digits.count - 3, to: 0, by: -3) { digits.insert(",", at: digits.index(digits.startIndex, offsetBy: offset)) }
    return digits
}
