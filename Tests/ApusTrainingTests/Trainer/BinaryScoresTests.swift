import ApusNN
import ApusTensor
import ApusTraining
import TestSupport
import Testing

/// What a run logs of binary heads. `BinaryPredictions` is compared with scikit-learn in its own tests.
@Suite struct BinaryScoresTests {
    /// Positive where a noisy sum of features is large: about a third of the rows.
    private static func examples(rows: Int, seed: UInt64) throws -> Examples {
        var numbers = SeededGenerator(seed: seed)
        let x = (0..<rows * 4).map { _ in numbers.signed() }
        let labels = (0..<rows).map { row in x[(row * 4)..<(row * 4 + 4)].reduce(0, +) + 0.6 * numbers.signed() > 0.5 ? Float(1) : 0 }
        return try Examples(inputs: Tensor(shape: [rows, 4], x), targets: ["buy": Tensor(shape: [rows, 1], labels)])
    }

    private func model() throws -> Model {
        try Model(inputShape: [4], seed: 4) {
            Dense(8, activation: .relu)
            Dropout(0.1)
            Head("buy", loss: .binaryCrossEntropy) { Dense(1, activation: .sigmoid) }
        }
    }

    private func options(_ callbacks: [any TrainingCallback] = [], epochs: Int = 4, rate: Float = 0.02) -> TrainingOptions {
        TrainingOptions(
            epochs: epochs, batchSize: 32, optimizer: Adam(learningRate: rate), callbacks: callbacks, restoreBestWeights: false, seed: 3, threads: 1)
    }

    private func rows(_ model: Model, _ examples: Examples) throws -> BinaryPredictions {
        try BinaryPredictions(
            targets: #require(examples.targets["buy"]).scalars, probabilities: model.predict(examples.inputs)[0].scalars)
    }

    /// The logs named with `prefix` against metrics of all rows at once.
    private func expect(_ logs: Logs, _ prefix: String, _ rows: BinaryPredictions) throws {
        let confusion = rows.confusion()
        #expect(logs["\(prefix)precision"] == confusion.precision && logs["\(prefix)recall"] == confusion.recall)
        #expect(logs["\(prefix)f1"] == confusion.f1 && logs["\(prefix)auc"] == rows.rocAUC)
        #expect(try abs(#require(logs["\(prefix)accuracy"]) - #require(confusion.accuracy)) < 1e-12)
        #expect(try abs(#require(logs["\(prefix)loss"]) - rows.logLoss) < 1e-5)
    }

    @Test func `the scores of a binary head are those of the whole epoch, not means of batches`() throws {
        let all = try Self.examples(rows: 230, seed: 1)
        let (training, validation) = (all[0..<170], all[170..<230])
        let model = try Model(inputShape: [4], seed: 4) {
            Dense(8, activation: .relu)
            Head("buy", loss: .binaryCrossEntropy) { Dense(1, activation: .sigmoid) }
        }
        try Trainer(model: model, options: options()).fit(training, validation: validation)
        // With a rate too small to change a weight, the epoch's scores are those of the weights.
        let result = try Trainer(model: model, options: options(epochs: 1, rate: 1e-30)).fit(training, validation: validation)
        let logs = try #require(result.history.epochs.first).logs
        let names = ["loss", "accuracy", "precision", "recall", "f1", "auc"]
        #expect(logs.names == names + names.map { "val_\($0)" })
        try expect(logs, "", rows(model, training))
        try expect(logs, "val_", rows(model, validation))
        #expect(try #require(logs["val_auc"]) > 0.8)
    }

    @Test func `with other heads the names have a prefix and come last`() throws {
        let all = try Self.examples(rows: 64, seed: 2)
        let two = try Examples(
            inputs: all.inputs, targets: ["buy": #require(all.targets["buy"]), "size": Tensor(zeros: [64, 1])])
        let model = try Model(inputShape: [4], seed: 4) {
            Head("buy", loss: .binaryCrossEntropy) { Dense(1, activation: .sigmoid) }
            Head("size", loss: .meanSquaredError) { Dense(1) }
        }
        let recorder = Recorder()
        try Trainer(model: model, options: options(epochs: 1)).fit(two, observer: recorder)
        let means = ["loss", "buy_loss", "size_loss", "buy_accuracy", "size_mae"]
        let scores = ["buy_precision", "buy_recall", "buy_f1", "buy_auc"]
        #expect(recorder.plans.first?.logNames == means + scores)
        let known = try #require(recorder.batches.last).running.means
        #expect(known.names.starts(with: means) && known.names.contains("buy_recall") && !known.names.contains("buy_auc"))
    }

    @Test func `several outputs of a head are counted each for itself`() throws {
        let inputs = Tensor(shape: [4, 1], [1, 1, -1, -1])
        let targets = Tensor(shape: [4, 2], [1, 0, 1, 1, 0, 1, 0, 1])
        let model = try Model(inputShape: [1], seed: 4) { Head("y", loss: .binaryCrossEntropy) { Dense(2, activation: .sigmoid) } }
        try model.setWeights([[1, -1], [0, 0]])
        var options = options(epochs: 1, rate: 1e-30)
        options.batchSize = 2
        let logs = try #require(
            try Trainer(model: model, options: options).fit(Examples(inputs: inputs, targets: ["y": targets])).history.epochs.first
        )
        .logs
        #expect(logs["accuracy"] == 0.875 && logs["precision"] == 1 && logs["recall"] == 0.8 && logs["auc"] == 0.9)
    }

    @Test func `early stopping by F1 ends with the weights of the best F1`() throws {
        let all = try Self.examples(rows: 230, seed: 1)
        let model = try model()
        let early = EarlyStopping(monitor: "val_f1", patience: 3)
        let result = try Trainer(model: model, options: options([early], epochs: 40, rate: 0.05)).fit(all[0..<170], validation: all[170..<230])
        let scores = result.history["val_f1"].map { $0 ?? -1 }
        let best = try #require(result.bestEpoch)
        #expect(Float(scores[best]) == scores.map(Float.init).max() && result.history.epochs.count == best + 4)
        #expect(try rows(model, all[170..<230]).confusion().f1 == scores[best])
    }

    @Test func `interrupted within epochs and resumed, the logs are the same to the bit`() throws {
        let all = try Self.examples(rows: 230, seed: 1)
        let reference = try Trainer(model: model(), options: options()).fit(all[0..<170], validation: all[170..<230])
        let seed = UInt64.random(in: 0..<1 << 32)
        var random = SeededGenerator(seed: seed)
        let folder = try TemporaryFolder()
        var (resume, interruptions) = (false, 0)
        while true {
            var options = options()
            options.checkpoints = CheckpointOptions(folder: folder.path, resume: resume)
            var batches = 1 + Int(random.next() % 7)
            let result = try Trainer(model: model(), options: options).fit(all[0..<170], validation: all[170..<230]) {
                batches -= 1
                return batches < 0
            }
            if result.outcome == .completed {
                #expect(interruptions > 2, "seed \(seed)")
                #expect(result.history.names == reference.history.names && result.history.numbers == reference.history.numbers, "seed \(seed)")
                return
            }
            (resume, interruptions) = (true, interruptions + 1)
        }
    }

    @Test func `the probabilities in a checkpoint are checked like the rest`() throws {
        let all = try Self.examples(rows: 100, seed: 1)
        let folder = try TemporaryFolder()
        var options = options()
        options.checkpoints = CheckpointOptions(folder: folder.path)
        var batches = 2
        try Trainer(model: model(), options: options).fit(all) {
            batches -= 1
            return batches < 0
        }
        let good = try CheckpointContainer(decoding: folder.read("latest.checkpoint"), name: "good")
        #expect(try Checkpoint(container: good, name: "good").container() == good)
        let place = try #require(good.sections.firstIndex { $0.name == "scored/0" })
        let bytes = good.sections[place].bytes
        #expect(bytes.count == 2 * 32 * 5)
        let wrong: [[UInt8]?] = [nil, bytes + [0], Array(bytes.dropLast(5)), bytes.map { _ in 0xFF }, Array(bytes.dropLast()) + [2]]
        for bytes in wrong {
            var container = good
            if let bytes { container.sections[place].bytes = bytes } else { container.sections.remove(at: place) }
            #expect { try Checkpoint(container: container, name: "wrong") } throws: { "\($0)".contains("'scored/0'") }
        }
    }

    @Test func `what is undefined is not logged, and a callback that looks at it says so once`() throws {
        let all = try Self.examples(rows: 100, seed: 1)
        let none = try Examples(inputs: all.inputs, targets: ["buy": Tensor(zeros: [100, 1])])
        let result = try Trainer(model: model(), options: options([EarlyStopping(monitor: "val_auc")])).fit(all, validation: none)
        #expect(result.history.epochs.count == 4 && !result.history.names.contains("val_auc") && !result.history.names.contains("val_recall"))
        #expect(result.history.names.contains("val_accuracy") && result.history.names.contains("auc"))
        #expect(result.warnings.count == 1 && result.warnings[0].contains("'val_auc', which EarlyStopping(monitor: val_auc"), "\(result.warnings)")
        #expect(History(json: result.history.json) == result.history)
    }
}
