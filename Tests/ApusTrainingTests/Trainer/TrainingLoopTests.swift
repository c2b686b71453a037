import ApusTensor
import ApusTraining
import TestSupport
import Testing

@Suite struct TrainingLoopTests {
    private func run(
        _ engine: LinearEngine, _ training: Examples, _ validation: Examples?, _ options: TrainingOptions, observer: Recorder? = nil,
        shouldStop: () -> Bool = { false }
    ) throws -> TrainingResult {
        try TrainingLoop(
            engine: engine, inputShape: [6], identity: RunIdentity(), training: training, validation: validation, options: options
        ).run(observer: observer, shouldStop: shouldStop)
    }

    private let fast = TrainingOptions(epochs: 5, batchSize: 16, optimizer: Adam(learningRate: 0.05), callbacks: [])

    @Test func `it learns a small problem far beyond the majority class`() throws {
        let all = try linearExamples(rows: 400, seed: 1)
        let result = try run(LinearEngine(features: 6, classes: 3), all[0..<300], all[300..<400], fast)
        let labels = classNumbers(try #require(all.targets["direction"]))
        let baseline = try MajorityBaseline(training: Array(labels[..<300]), evaluation: Array(labels[300...]), classes: 3)
        let accuracy = try #require(result.history["val_direction_accuracy"].last ?? nil)
        #expect(accuracy > baseline.accuracy + 0.3, "\(accuracy) against \(baseline.accuracy)")
        let losses = result.history["val_bars_loss"].compactMap { $0 }
        #expect(try #require(losses.last) < losses[0] / 3)
    }

    @Test func `early stopping ends with the weights of the best epoch`() throws {
        let all = try linearExamples(rows: 100, seed: 2)
        let engine = LinearEngine(features: 6, classes: 3)
        let recorder = Recorder()
        var weights: [[Float]] = []
        recorder.onEpoch = { _ in weights.append(engine.weights) }
        var options = fast
        options.epochs = 100
        options.optimizer = Adam(learningRate: 2)  // far too fast: the loss soon rises again
        options.callbacks = [EarlyStopping(patience: 4)]
        let result = try run(engine, all[0..<64], all[64..<100], options, observer: recorder)
        let losses = result.history["val_loss"].compactMap { $0 }
        let best = try #require(losses.indices.min { losses[$0] < losses[$1] })
        #expect(losses.count == best + 5 && losses.count < 100)
        #expect(result.bestEpoch == best && engine.weights == weights[best] && engine.weights != weights.last)
        guard case .stoppedEarly(let reason) = result.outcome else { return #expect(Bool(false), "\(result)") }
        #expect(reason == "val_loss has not improved since epoch \(best + 1) (patience 4)")
        #expect(recorder.results == [result])
    }

    @Test func `interrupted, it keeps the best weights it had`() throws {
        let all = try linearExamples(rows: 100, seed: 2)
        let engine = LinearEngine(features: 6, classes: 3)
        let recorder = Recorder()
        var weights: [[Float]] = []
        recorder.onEpoch = { _ in weights.append(engine.weights) }
        let result = try run(engine, all[0..<64], all[64..<100], fast, observer: recorder) { recorder.batches.count >= 10 }
        #expect(result.outcome == .interrupted(epoch: 2, step: 2))
        #expect("\(result)" == "Interrupted in epoch 3 after 2 steps; the weights are those of epoch 2.")
        #expect(result.bestEpoch == 1 && engine.weights == weights[1])
    }

    @Test func `the observer sees the plan, every batch with its means, and every epoch`() throws {
        let all = try linearExamples(rows: 100, seed: 2)
        let recorder = Recorder()
        var options = fast
        options.epochs = 2
        let result = try run(LinearEngine(features: 6, classes: 3), all[0..<70], all[70..<100], options, observer: recorder)
        let plan = try #require(recorder.plans.first)
        #expect(plan.stepsPerEpoch == 5 && plan.trainingRows == 70 && plan.validationRows == 30 && plan.firstEpoch == 0)
        let names = ["loss", "direction_loss", "bars_loss", "direction_accuracy", "bars_mae"]
        #expect(plan.logNames == names + names.map { "val_\($0)" })
        #expect(recorder.batches.map(\.step) == [1, 2, 3, 4, 5, 1, 2, 3, 4, 5])
        #expect(recorder.batches.map(\.running.rows) == [16, 32, 48, 64, 70, 16, 32, 48, 64, 70])
        #expect(recorder.records.map(\.epoch) == [0, 1] && recorder.records == result.history.epochs)
        #expect(recorder.records[1].logs.names == plan.logNames)
        #expect(recorder.batches[9].running.means["loss"] == recorder.records[1].logs["loss"])
        #expect(recorder.records.allSatisfy { $0.seconds > 0 })
    }

    @Test func `the history is exported as Keras does and read back`() throws {
        let all = try linearExamples(rows: 64, seed: 2)
        let history = try run(LinearEngine(features: 6, classes: 3), all, nil, fast).history
        let json = history.json
        #expect(json["loss"]?.array?.count == 5 && json["learning_rate"]?[0]?.double == Double(Float(0.05)))
        #expect(json["val_loss"] == nil)
        #expect(History(json: json) == history)
        #expect(History(json: ["epoch": [0], "learning_rate": [0.1], "seconds": [1], "loss": []]) == nil)
    }

    @Test func `NaN stops with the place, a hint, the weights it came with and the checkpoint it had`() throws {
        let folder = try TemporaryFolder()
        let all = try linearExamples(rows: 64, seed: 2)
        var options = fast
        options.checkpoints = CheckpointOptions(folder: folder.path)
        let engine = LinearEngine(features: 6, classes: 3)
        engine.faultAtStep = 6
        let initial = engine.weights
        let error = #expect(throws: TrainingError.self) { try run(engine, all, nil, options) }
        #expect(error?.code == .diverged)
        let text = try #require(error?.description)
        #expect(text.hasPrefix("Training diverged in epoch 2, step 3: the loss of head 'bars' is not finite. The last whole epoch had a loss of "))
        #expect(text.contains("Lower the learning rate (it is 0.05)") && text.contains("The last checkpoint is as it was."))
        #expect(engine.weights == initial)
        let saved = try #require(try CheckpointFolder(folder.path).load())
        #expect(saved.checkpoint.position.epoch == 1 && saved.checkpoint.weights.allSatisfy(\.isFinite))
    }

    @Test func `a regression head that answers one number for all rows is reported once`() throws {
        let all = try linearExamples(rows: 64, seed: 2)
        let silent = try Examples(inputs: Tensor(zeros: [64, 6]), targets: all.targets)
        for validation in [nil, silent] {
            let result = try run(LinearEngine(features: 6, classes: 3), silent, validation, fast)
            let set = validation == nil ? "training" : "validation"
            #expect(result.warnings.count == 1)
            #expect(result.warnings.first?.hasPrefix("Head 'bars' answers 0.0 for all 64 \(set) rows.") == true)
        }
    }

    @Test func `the order of rows is a permutation that depends on seed and epoch alone`() {
        let order = RowOrder(count: 1000, seed: 4)
        let first = order.rows(epoch: 0)
        #expect(first.sorted() == Array(0..<1000) && first != Array(0..<1000))
        #expect(first == RowOrder(count: 1000, seed: 4).rows(epoch: 0))
        #expect(first != order.rows(epoch: 1) && first != RowOrder(count: 1000, seed: 5).rows(epoch: 0))
        #expect(RowOrder(count: 5, seed: 4, shuffles: false).rows(epoch: 3) == [0, 1, 2, 3, 4])
        #expect(RowOrder(count: 1, seed: 4).rows(epoch: 3) == [0])
    }

    @Test func `every place of a shuffled row is equally likely`() {
        // 6000 shuffles of 6 rows: each of the 36 (row, place) counts is near 1000; 5 standard deviations are 144.
        var counts = [Int](repeating: 0, count: 36)
        for epoch in 0..<6000 { for (place, row) in RowOrder(count: 6, seed: 8).rows(epoch: epoch).enumerated() { counts[row * 6 + place] += 1 } }
        #expect(counts.allSatisfy { abs($0 - 1000) < 144 }, "\(counts)")
    }
}
