import ApusData
import ApusTabular
public import ArgumentParser
import Glibc

/// `apus features`: the six feature files from a file of candles.
public struct FeaturesCommand: ParsableCommand {
    public static let configuration = CommandConfiguration(
        commandName: "features", abstract: "Turn OHLCV candles into the six feature files of a timeframe.",
        discussion: """
            Reads a CSV, Parquet or Feather file with date, open, high, low, close and volume, computes 13 indicators, the ZigZag points and the labels, and writes \
            X_sequences.npy, y_class.npy, y_reg.npy, scaler.pkl, zigzag_points.json and statistics.json, each prefixed with the timeframe.

            Example: apus features BTC_USDT-15m.csv --timeframe 15m --out features
            """)

    @Argument(help: "The CSV, Parquet or Feather file with the candles.") var candles: String
    @Option(help: "The time a candle covers, such as 15m, 1h or 1d.") var timeframe: String
    @Option(name: .shortAndLong, help: "The folder for the files; made when missing.") var out: String
    @Option(help: "Reversal that makes a ZigZag point, in percent.") var threshold = 5.0
    @Option(help: "Bars in a sequence.") var sequenceLength = 30
    @Option(help: "Share of the sequences that is for training: the scaler is fitted on these only.") var trainingShare = 0.7
    @Flag(help: "Fit the scaler on all rows, as the published data did; the test part then leaks into training.") var scaleOnAllRows = false
    @Flag(help: "Let lowest_20 be the lowest low; the published data has the lowest high.") var correctLowest = false

    public init() {}

    public func run() throws {
        let interrupt = InterruptSignal()
        let progress = TerminalProgress("computing features")
        let step = try Timeframe(timeframe)
        let options = FeatureOptions(
            threshold: threshold, sequenceLength: sequenceLength, scalerRows: scaleOnAllRows ? .all : .training(fraction: trainingShare),
            lowest: correctLowest ? .lows : .highs)
        let pipeline = try interrupt.exitIfCancelled {
            let series = try CandleSeries(file: candles, progress: { progress.update($0 * 0.2) }, shouldStop: { interrupt.isPending })
            let pipeline = try FeaturePipeline(
                candles: series, timeframe: step, options: options, progress: { progress.update(0.2 + $0 * 0.4) },
                shouldStop: { interrupt.isPending })
            try pipeline.write(to: out, inputFile: candles, progress: { progress.update(0.6 + $0 * 0.4) }, shouldStop: { interrupt.isPending })
            return pipeline
        }
        progress.end()
        for finding in pipeline.findings { TerminalProgress.note("note: \(finding)") }
        print(Self.report(pipeline, folder: out))
    }

    static func report(_ pipeline: FeaturePipeline, folder: String) -> String {
        let distribution = ClassDistribution(pipeline.sequenceClasses)
        let classes = zip(distribution.names, distribution.shares).map { "\($0) \(percent($1))" }.joined(separator: ", ")
        var lines = [
            "\(pipeline.candleCount) candles, \(pipeline.points.count) ZigZag points at \(pipeline.options.threshold) %",
            "\(pipeline.sequenceCount) sequences of \(pipeline.options.sequenceLength) bars and \(pipeline.featureCount) features, "
                + "\(distribution.unlabelled) of them after the last point and unlabelled",
            "next point: \(classes)",
        ]
        if let bars = TargetStatistics(pipeline.sequenceBars.filter { $0 >= 0 }.map { Double($0) }) {
            lines.append("bars to it: mean \((bars.mean * 10).rounded() / 10), \(Int(bars.minimum)) to \(Int(bars.maximum))")
        }
        lines.append("written to \(folder): \(FeatureFiles.names(timeframe: pipeline.timeframe.description).joined(separator: " "))")
        return lines.joined(separator: "\n")
    }

    private static func percent(_ share: Double) -> String { "\((share * 1000).rounded() / 10) %" }
}
