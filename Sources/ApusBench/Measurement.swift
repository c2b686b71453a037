import ApusTensor

/// One line of results, under the names the peers' scripts use.
struct Measurement {
    private var fields: [(String, String)]

    init(workload: String, mode: String, batch: Int, threads: Int) {
        fields = [
            ("framework", "\"apus\""), ("workload", "\"\(workload)\""), ("mode", "\"\(mode)\""), ("variant", "\"\(Kernels.best.name)\""),
            ("batch", "\(batch)"), ("threads", "\(threads)"),
        ]
    }

    mutating func add(_ name: String, _ value: Double, digits: Int) { fields.append((name, Self.rounded(value, digits))) }
    mutating func add(_ name: String, _ value: Int) { fields.append((name, "\(value)")) }
    mutating func add(_ name: String, _ values: [Double]) {
        fields.append((name, "[" + values.map { Self.rounded($0, 5) }.joined(separator: ", ") + "]"))
    }

    /// Time per step from the clean epochs, each of `steps` steps over `rows` rows.
    mutating func add(_ timer: QuietTimer, wanted: Int, steps: Int, rows: Int) {
        let (seconds, others) = timer.measured(wanted: wanted)
        let median = QuietTimer.median(seconds)
        let step = median / Double(steps)
        let (fastest, slowest) = (seconds.min() ?? 0, seconds.max() ?? 0)
        add("steps_per_s", 1 / step, digits: 2)
        add("samples_per_s", Double(rows) / median, digits: 1)
        add("step_ms", step * 1e3, digits: 4)
        add("best_step_ms", fastest / Double(steps) * 1e3, digits: 4)
        add("spread", (slowest - fastest) / median, digits: 3)
        add("others_cores", others, digits: 2)
        add("epochs", seconds.count)
        add("steps_per_epoch", steps)
    }

    /// The line.
    var json: String { "{" + fields.map { "\"\($0.0)\": \($0.1)" }.joined(separator: ", ") + "}" }

    private static func rounded(_ value: Double, _ digits: Int) -> String {
        let scale = (0..<digits).reduce(1.0) { power, _ in power * 10 }
        return value.isFinite ? "\((value * scale).rounded() / scale)" : "null"
    }
}
