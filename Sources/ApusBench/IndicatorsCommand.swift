import ApusData
import ApusIndicators
import ArgumentParser

/// Times the computing of a feature table from candles, on one thread.
struct IndicatorsCommand: ParsableCommand {
    enum Library: String, CaseIterable, ExpressibleByArgument {
        case builtIn = "built-in"
        case talib = "ta-lib"
    }

    static let configuration = CommandConfiguration(
        commandName: "indicators", abstract: "Times technical indicators; for TA-Lib, set APUS_TALIB to its library where the system has none.")

    @Option(help: "The set of columns: \(FeatureColumns.setNames.joined(separator: " or ")).") var columns = "regressor"
    @Option(help: "Candles, of the market simulator.") var candles = 1_000_000
    @Option(help: "What computes: built-in or ta-lib.") var library = Library.builtIn
    @Option(help: "Undisturbed runs that are wanted.") var runs = 5

    func validate() throws {
        if runs < 1 { throw ValidationError("runs is at least 1") }
    }

    func run() throws {
        let columns = try FeatureColumns.named(columns)
        let library = try chosenLibrary()
        let series = try MarketSimulator(timeframe: Timeframe("15m")).candles(candles)
        var timer = QuietTimer(cores: Process.cores())
        var processorSeconds: [Double] = []
        try timer.run(wanted: runs) {
            let start = Process.processorSeconds()
            _ = try columns.compute(series, using: library)
            processorSeconds.append(Process.processorSeconds() - start)
        }
        let (seconds, others) = timer.measured(wanted: runs)
        let median = QuietTimer.median(seconds)
        let fields = [
            "\"mode\": \"indicators\"", "\"library\": \"\(library.name)\"", "\"columns\": \(columns.count)", "\"candles\": \(series.count)",
            "\"seconds\": \(rounded(median, 1e3))", "\"cpu_seconds\": \(rounded(QuietTimer.median(processorSeconds), 1e3))",
            "\"best_cpu_seconds\": \(rounded(processorSeconds.min() ?? 0, 1e3))",
            "\"values_per_s\": \(Int(Double(columns.count * series.count) / median))", "\"others_cores\": \(rounded(others, 1e2))",
            "\"runs\": \(seconds.count)", "\"peak_rss_mb\": \(Process.peakMegabytes())",
        ]
        print("{\(fields.joined(separator: ", "))}")
    }

    private func chosenLibrary() throws -> any IndicatorLibrary {
        guard library == .talib else { return BuiltInIndicators() }
        guard let installed = try TALibrary.installed() else {
            throw ValidationError("TA-Lib is not installed; set APUS_TALIB to the path of its library")
        }
        return installed
    }

    private func rounded(_ value: Double, _ scale: Double) -> Double { (value * scale).rounded() / scale }
}
