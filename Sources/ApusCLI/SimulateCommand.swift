import ApusData
public import ArgumentParser

/// `apus simulate`: deterministic candles as CSV.
public struct SimulateCommand: ParsableCommand {
    public static let configuration = CommandConfiguration(
        commandName: "simulate", abstract: "Make OHLCV candles of a simulated market.",
        discussion: """
            The same seed, symbol and timeframe give the same candles on every machine; a longer series begins with the shorter one.

            Example: apus simulate --timeframe 15m --bars 20000 --out candles.csv
            """)

    @Option(help: "Any whole number; another one gives another market.") var seed: UInt64 = 0
    @Option(help: "The market's name. BTCUSDT and ETHUSDT have their usual price level.") var symbol = "BTCUSDT"
    @Option(help: "The time a candle covers, such as 15m, 1h or 1d.") var timeframe = "15m"
    @Option(help: "How many candles.") var bars = 20_000
    @Option(name: .shortAndLong, help: "The CSV file to write; without it, standard output.") var out: String?

    public init() {}

    public func run() throws {
        let interrupt = InterruptSignal()
        let progress = TerminalProgress("simulating")
        let simulator = MarketSimulator(seed: seed, symbol: symbol, timeframe: try Timeframe(timeframe))
        let candles = try interrupt.exitIfCancelled {
            try simulator.candles(bars, progress: progress.update, shouldStop: { interrupt.isPending })
        }
        progress.end()
        if let out {
            try candles.saveCSV(to: out)
            TerminalProgress.note("\(candles.count) candles written to \(out)")
        } else {
            candles.writeCSV { print($0, terminator: "") }
        }
    }
}
