import ApusData
import ApusNN
import ApusTensor
import ApusTraining
import Glibc
import TestSupport
import Testing

/// Small models of the recipes' kinds on simulated candles: they find a signal that was planted in the targets, and none where there is only noise.
@Suite struct PlantedSignalTests {
    private static let steps = 16
    /// Where the training part ends, and the validation part.
    private static let trained = 2100
    private static let validated = 2540
    /// (N, 16, 4) z-scored returns, ranges, bodies and changes of volume of the last 16 candles, overlapping in memory.
    private let windows: Tensor
    /// Of each window what its returns of the last eight candles say, later ones louder; mean 0, standard deviation 1.
    private let signal: [Double]
    private let noise: [Double]

    init() throws {
        let candles = try MarketSimulator(seed: 3, timeframe: Timeframe("1h")).candles(3000)
        var columns = [[Double]](repeating: [], count: 4)
        for bar in 1..<candles.count {
            let close = candles.closes[bar]
            columns[0].append(log(close / candles.closes[bar - 1]))
            columns[1].append((candles.highs[bar] - candles.lows[bar]) / close)
            columns[2].append((close - candles.opens[bar]) / close)
            columns[3].append(log(candles.volumes[bar] / candles.volumes[bar - 1]))
        }
        columns = columns.map(Self.standardized)
        let rows = columns[0].count
        windows = Tensor(windowsOf: Tensor(shape: [rows, 4], (0..<rows * 4).map { Float(columns[$0 % 4][$0 / 4]) }), steps: Self.steps)
        signal = Self.standardized(
            (Self.steps - 1..<rows).map { row in (0..<8).reduce(0.0) { $0 + pow(0.8, Double($1)) * columns[0][row - $1] } })
        let random = Philox(seed: 12)
        noise = signal.indices.map { random.normal(at: UInt64($0)) }
    }

    private static func standardized(_ values: [Double]) -> [Double] {
        let mean = values.reduce(0, +) / Double(values.count)
        let deviation = (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)).squareRoot()
        return values.map { ($0 - mean) / deviation }
    }

    /// Trains on the first rows and predicts the last ones; what they should have been beside it.
    private func test(_ targets: [Double], _ model: Model, _ options: TrainingOptions) throws -> [(prediction: Double, truth: Double)] {
        let all = try Examples(inputs: windows, targets: [model.heads[0].name: Tensor(shape: [targets.count, 1], targets.map { Float($0) })])
        // The windows of two parts have no candle in common.
        let gap = Self.steps - 1
        try Trainer(model: model, options: options).fit(all[0..<Self.trained], validation: all[Self.trained + gap..<Self.validated])
        let last = all[Self.validated + gap..<all.count]
        return try zip(model.predict(last.inputs)[0].scalars, last.targets[model.heads[0].name]!.scalars).map { (Double($0), Double($1)) }
    }

    private func options(_ optimizer: any Optimizer) -> TrainingOptions {
        TrainingOptions(
            epochs: 15, batchSize: 32, optimizer: optimizer, gradientClipping: .norm(1), callbacks: [EarlyStopping(patience: 4)], seed: 5, threads: 2)
    }

    // MARK: Regression

    /// The share of the variance that predictions explain, against the mean of the training targets, which is about 0.
    private func explained(_ results: [(prediction: Double, truth: Double)]) -> Double {
        1 - results.reduce(0) { $0 + ($1.prediction - $1.truth) * ($1.prediction - $1.truth) } / results.reduce(0) { $0 + $1.truth * $1.truth }
    }

    private func regressor(isGRU: Bool) throws -> Model {
        let body = Recipe.named(isGRU ? "sequence-regressor-gru" : "sequence-regressor")!.body.replacing("128", with: "16")
        return try Model(ModelDescription(parsing: body), inputShape: [Self.steps, 4], seed: 7)
    }

    @Test(arguments: [false, true]) func `a regressor finds what is in the returns, and nothing in noise`(isGRU: Bool) throws {
        let returns = zip(signal, noise).map { ($0 + $1) * 0.5.squareRoot() }  // no model can explain more than half of it
        let planted = try explained(test(returns, regressor(isGRU: isGRU), options(Adam(learningRate: 3e-3))))
        #expect(planted > 0.35 && planted < 0.6, "explained \(planted)")
        let nothing = try explained(test(noise, regressor(isGRU: isGRU), options(Adam(learningRate: 3e-3))))
        #expect(nothing < 0.03, "explained \(nothing)")
    }

    // MARK: Classification

    /// How often a row with signal is scored above one without (Mann and Whitney), and the mean cross-entropy.
    private func scores(_ results: [(prediction: Double, truth: Double)]) -> (auc: Double, loss: Double) {
        let (ups, downs) = (results.filter { $0.truth == 1 }, results.filter { $0.truth == 0 })
        let wins = ups.reduce(0) { sum, up in sum + downs.count { $0.prediction < up.prediction } }
        let loss = results.reduce(0.0) { $0 - log($1.truth == 1 ? $1.prediction : 1 - $1.prediction) } / Double(results.count)
        return (Double(wins) / Double(ups.count * downs.count), loss)
    }

    private func transformer() throws -> Model {
        let body = Recipe.priceActionTransformer.body.replacing("128", with: "16").replacing("heads: 4, hidden: 512", with: "heads: 2, hidden: 32")
        return try Model(ModelDescription(parsing: body), inputShape: [Self.steps, 4], seed: 7)
    }

    @Test func `a transformer finds what is in the returns, and nothing in noise`() throws {
        var options = options(AdamW(learningRate: 3e-3))
        options.learningRateSchedule = LearningRateSchedule(
            .cosine(steps: 15 * options.stepsPerEpoch(rows: Self.trained), floor: 0.05), warmup: .init(steps: 60))
        let planted = try scores(test(zip(signal, noise).map { $0 + 0.5 * $1 > 0 ? 1 : 0 }, transformer(), options))
        #expect(planted.auc > 0.85 && planted.loss < 0.5, "\(planted)")
        let nothing = try scores(test(noise.map { $0 > 0 ? 1 : 0 }, transformer(), options))
        #expect(abs(nothing.auc - 0.5) < 0.1 && nothing.loss > 0.685, "\(nothing)")
    }
}
