import ApusNN
import ApusTensor
import ApusTraining
import Synchronization
import TestSupport
import Testing

@Suite struct WalkForwardTests {
    private let all: Examples

    /// The target is the sum of four features, and a little noise.
    init() throws {
        var numbers = SeededGenerator(seed: 5)
        let x = (0..<240 * 4).map { _ in numbers.signed() }
        let y = (0..<240).map { row in x[(row * 4)..<(row * 4 + 4)].reduce(0, +) + 0.1 * numbers.signed() }
        all = try Examples(inputs: Tensor(shape: [240, 4], x), targets: ["return": Tensor(shape: [240, 1], y)])
    }

    private func options(threads: Int, epochs: Int = 3) -> TrainingOptions {
        TrainingOptions(
            epochs: epochs, batchSize: 16, optimizer: Adam(learningRate: 0.02), callbacks: [EarlyStopping(patience: 2)], seed: 3, threads: threads)
    }

    private static func model(_ fold: WalkForwardFolds.Fold) throws -> Model {
        try Model(inputShape: [4], seed: 4) {
            Dense(8, activation: .tanh)
            Dropout(0.1)
            Head("return", loss: .meanSquaredError) { Dense(1) }
        }
    }

    /// The last tenth of a training part is its validation part.
    private static func examples(_ all: Examples, _ fold: WalkForwardFolds.Fold) -> FoldExamples {
        let split = fold.training.upperBound - fold.training.count / 10
        return FoldExamples(
            training: all[fold.training.lowerBound..<split], validation: all[split..<fold.training.upperBound], evaluation: all[fold.evaluation])
    }

    private func run(
        threads: Int = 2, parallel: Int? = nil, epochs: Int = 3, checkpoints: CheckpointOptions? = nil, observer: (any WalkForwardObserver)? = nil,
        failing: Int? = nil, shouldStop: @Sendable () -> Bool = { false }
    ) throws -> WalkForwardResult {
        var options = options(threads: threads, epochs: epochs)
        options.checkpoints = checkpoints
        let all = all
        return try WalkForward(folds: WalkForwardFolds(rows: 240, folds: 4, gap: 3), options: options, parallelFolds: parallel).run(
            examples: { fold in
                if fold.index == failing { throw TrainingError(.data, "column 3 is empty") }
                return Self.examples(all, fold)
            }, model: Self.model, observer: observer, shouldStop: shouldStop)
    }

    /// All that must not depend on which folds run together.
    private func bits(_ result: WalkForwardResult) -> [[UInt32]] {
        result.trained.map { fold in
            fold.model.weights().flatMap { $0.map(\.bitPattern) } + fold.predictions["return"]!.scalars.map(\.bitPattern)
                + fold.training.history.numbers.flatMap { $0.map { Float($0).bitPattern } } + [UInt32(fold.training.bestEpoch ?? 99)]
        }
    }

    @Test func `a fold is what training on its rows alone gives`() throws {
        let result = try run()
        #expect(result.problems.isEmpty && result.folds.map(\.fold.index) == [0, 1, 2, 3])
        for fold in result.folds {
            let rows = Self.examples(all, fold.fold)
            let model = try Self.model(fold.fold)
            let training = try Trainer(model: model, options: options(threads: 1)).fit(rows.training, validation: rows.validation)
            let trained = try #require(fold.trained)
            #expect(trained.model.weights() == model.weights() && trained.training.bestEpoch == training.bestEpoch)
            #expect(trained.training.history.numbers == training.history.numbers)
            #expect(try trained.predictions["return"]?.scalars == model.predict(rows.evaluation.inputs)[0].scalars)
            #expect(trained.evaluation.count == 48)
        }
    }

    @Test func `the same bits whatever the threads and the folds at the same time`() throws {
        let reference = bits(try run(threads: 1))
        #expect(reference.count == 4)
        for (threads, parallel) in [(2, nil), (4, nil), (8, 4), (4, 2), (3, 1)] as [(Int, Int?)] {
            #expect(bits(try run(threads: threads, parallel: parallel)) == reference, "\(threads) threads, \(parallel ?? 0) folds")
        }
    }

    @Test func `threads are shared by the folds that run together, at least one each`() throws {
        func plan(_ threads: Int, _ parallel: Int?) throws -> [Int] {
            let walk = try WalkForward(folds: WalkForwardFolds(rows: 240, folds: 4), options: options(threads: threads), parallelFolds: parallel)
            return [walk.parallelFolds, walk.threadsPerFold]
        }
        #expect(try plan(1, nil) == [1, 1] && plan(2, nil) == [2, 1] && plan(9, nil) == [4, 2] && plan(8, 2) == [2, 4] && plan(2, 9) == [2, 1])
        #expect(throws: TrainingError.self) { try plan(2, 0) }
    }

    @Test func `folds run at the same time, and the observer is told of each in order`() throws {
        let witness = Witness(meeting: 2)
        let result = try run(observer: witness)
        #expect(result.problems.isEmpty)
        for (index, events) in witness.events.withLock({ $0 }).sorted(by: { $0.key < $1.key }) {
            let rows = result.folds[index].fold.training.count
            #expect(events.count { $0 == "batch" } == 3 * ((rows - rows / 10 + 15) / 16))
            #expect(events.prefix(2) == ["fold", "training"] && events.suffix(2) == ["epoch", "done"] && events.count { $0 == "epoch" } == 3)
        }
        #expect(witness.events.withLock { $0.count } == 4 && witness.haveMet)
    }

    @Test func `a fold that fails is named with its rows, and the others are trained`() throws {
        let whole = bits(try run())
        let result = try run(failing: 2)
        #expect(result.problems == ["Fold 3 (training rows 0..<141, evaluation rows 144..<192) failed: column 3 is empty"])
        #expect(bits(result) == [whole[0], whole[1], whole[3]])
        #expect(result.folds[2].trained == nil && result.statistic { _ in 1 }?.count == 3)
    }

    @Test func `a fold without rows to evaluate, and one whose training fails, are named`() throws {
        let all = all
        let walk = try WalkForward(folds: WalkForwardFolds(rows: 240, folds: 2), options: options(threads: 1))
        let result = walk.run(
            examples: { fold in
                let rows = Self.examples(all, fold)
                return fold.index == 0
                    ? FoldExamples(training: rows.training, validation: rows.validation, evaluation: all[0..<0])
                    : FoldExamples(training: all[0..<3], validation: rows.validation, evaluation: rows.evaluation)
            }, model: Self.model)
        #expect(result.problems.count == 2 && result.trained.isEmpty && result.statistic { _ in 1 } == nil)
        #expect(result.problems[0].contains("There are no rows to evaluate in 80..<160"))
        #expect(result.problems[1].contains("3 training rows are fewer than one batch of 16"))
    }

    @Test func `asked to stop, every fold ends within a batch and the rest does not begin`() throws {
        let asked = Atomic<Int>(0)
        let witness = Witness()
        let result = try run(threads: 2, epochs: 1000, observer: witness) { asked.add(1, ordering: .relaxed).newValue > 20 }
        #expect(result.trained.isEmpty && result.folds.count == 4)
        let batches = witness.events.withLock { $0.values.reduce(0) { $0 + $1.count { $0 == "batch" } } }
        #expect(batches < 20, "\(batches)")
        #expect(result.problems.filter { $0.contains("was stopped: Interrupted in epoch") }.count >= 1)
        #expect(result.problems[3].hasSuffix("was stopped before it had a result."))
    }

    @Test func `stopped and resumed from its checkpoints, the same bits`() throws {
        let reference = bits(try run())
        let folder = try TemporaryFolder()
        let asked = Atomic<Int>(0)
        let first = try run(checkpoints: CheckpointOptions(folder: folder.path)) { asked.add(1, ordering: .relaxed).newValue > 60 }
        #expect(!first.problems.isEmpty)
        let second = try run(checkpoints: CheckpointOptions(folder: folder.path, resume: true))
        #expect(second.problems.isEmpty && bits(second) == reference)
        #expect(folder.names == ["fold-1", "fold-2", "fold-3", "fold-4"])
    }

    @Test func `mean and sample deviation over the folds`() throws {
        let result = try run()
        let statistic = try #require(
            try result.statistic { fold in
                try RegressionMetrics(truth: fold.evaluation.targets["return"]!.scalars, predictions: fold.predictions["return"]!.scalars)
                    .rootMeanSquaredError
            })
        #expect(statistic.count == 4 && statistic.mean > 0 && (statistic.standardDeviation ?? 0) > 0)
        // numpy.mean([1, 2, 4]), numpy.std([1, 2, 4], ddof=1)
        let three = try #require(SampleStatistics([1, 2, 4]))
        #expect(abs(three.mean - 2.3333333333333335) < 1e-15 && abs(three.standardDeviation! - 1.5275252316519468) < 1e-15)
        #expect(SampleStatistics([2])?.standardDeviation == nil && SampleStatistics([]) == nil)
        #expect("\(SampleStatistics([1, 3])!)" == "2.0 ± 1.4142135623730951 (n = 2)" && "\(SampleStatistics([2])!)" == "2.0 (n = 1)")
    }
}

/// Remembers what it is told, by fold; with a meeting, the first folds wait for one another.
private final class Witness: WalkForwardObserver {
    let events = Mutex<[Int: [String]]>([:])
    private let meeting: Int
    private let present = Atomic<Int>(0)

    init(meeting: Int = 0) { self.meeting = meeting }

    var haveMet: Bool { present.load(ordering: .acquiring) >= meeting }

    private func note(_ fold: WalkForwardFolds.Fold, _ event: String) { events.withLock { $0[fold.index, default: []].append(event) } }

    func foldBegan(_ fold: WalkForwardFolds.Fold) {
        note(fold, "fold")
        present.add(1, ordering: .releasing)
        // Ends only when another fold begins while this one has not ended.
        let deadline = ContinuousClock.now + .seconds(60)
        while !haveMet, ContinuousClock.now < deadline {}
    }
    func trainingBegan(_ plan: TrainingPlan, in fold: WalkForwardFolds.Fold) { note(fold, "training") }
    func batchEnded(_ progress: BatchProgress, in fold: WalkForwardFolds.Fold) { note(fold, "batch") }
    func epochEnded(_ record: EpochRecord, notes: [String], in fold: WalkForwardFolds.Fold) { note(fold, "epoch") }
    func foldEnded(_ result: FoldResult) { note(result.fold, "done") }
}
