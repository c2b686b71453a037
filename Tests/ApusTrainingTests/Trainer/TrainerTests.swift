import ApusNN
import ApusTensor
import ApusTraining
import TestSupport
import Testing

/// Training of a small recurrent model with dropout, end to end.
@Suite struct TrainerTests {
    /// The class is the sign pattern of two features' sums over the steps, the number the sum of a third: learnable by an LSTM.
    private static func examples(rows: Int, seed: UInt64) throws -> Examples {
        let (steps, features) = (8, 4)
        var numbers = SeededGenerator(seed: seed)
        var x: [Float] = []
        var labels: [Int] = []
        var bars: [Float] = []
        for _ in 0..<rows {
            var sums = [Float](repeating: 0, count: features)
            for _ in 0..<steps {
                for feature in 0..<features {
                    let value = numbers.signed()
                    x.append(value)
                    sums[feature] += value
                }
            }
            // Uneven classes, so that the majority class is a baseline worth beating.
            labels.append(sums[0] > 0.5 ? (sums[1] > 0 ? 1 : 2) : 0)
            bars.append(2 + 0.3 * sums[2])
        }
        return try Examples(
            inputs: Tensor(shape: [rows, steps, features], x),
            targets: ["direction": oneHot(labels, classes: 3), "bars": Tensor(shape: [rows, 1], bars)])
    }

    private func model(seed: UInt64 = 4) throws -> Model {
        try Model(inputShape: [8, 4], seed: seed) {
            LSTM(12, returnsSequences: true)
            Dropout(0.1)
            LSTM(8)
            Head("direction", loss: .crossEntropy) {
                Dense(8, activation: .relu)
                Dense(3, activation: .softmax)
            }
            Head("bars", loss: .meanSquaredError, weight: 0.5, outputBias: .targetMean) { Dense(1, activation: .relu) }
        }
    }

    private func options(epochs: Int = 3, threads: Int = 1) -> TrainingOptions {
        TrainingOptions(
            epochs: epochs, batchSize: 40, optimizer: Adam(learningRate: 0.02), callbacks: [EarlyStopping(patience: 5)],
            classWeights: ["direction": [1, 1.5, 1.5]], seed: 3, threads: threads)
    }

    private func bits(_ model: Model) -> [[UInt32]] { model.weights().map { $0.map(\.bitPattern) } }

    @Test func `the same bits for 1, 2 and 3 threads`() throws {
        let all = try Self.examples(rows: 230, seed: 1)
        var reference: ([[UInt32]], [[Double]])?
        for threads in 1...3 {
            let model = try model()
            let result = try Trainer(model: model, options: options(threads: threads)).fit(all[0..<170], validation: all[170..<230])
            guard let reference else {
                reference = (bits(model), result.history.numbers)
                continue
            }
            #expect(bits(model) == reference.0, "\(threads) threads")
            #expect(result.history.numbers == reference.1, "\(threads) threads")
        }
    }

    @Test func `another seed gives other weights`() throws {
        let all = try Self.examples(rows: 80, seed: 1)
        let first = try model()
        let second = try model()
        var options = options(epochs: 1)
        try Trainer(model: first, options: options).fit(all, validation: all)
        options.seed = 4
        try Trainer(model: second, options: options).fit(all, validation: all)
        #expect(bits(first) != bits(second))
    }

    @Test func `with dropout, interrupted anywhere and resumed with other threads, the same bits`() throws {
        let all = try Self.examples(rows: 230, seed: 1)
        let reference = try model()
        try Trainer(model: reference, options: options()).fit(all[0..<170], validation: all[170..<230])
        let seed = UInt64.random(in: 0..<1 << 32)
        var random = SeededGenerator(seed: seed)
        let folder = try TemporaryFolder()
        var resume = false
        var threads = 1
        while true {
            let resumed = try model()
            var options = options(threads: threads)
            options.checkpoints = CheckpointOptions(folder: folder.path, resume: resume)
            var batches = Int(random.next() % 9)
            let result = try Trainer(model: resumed, options: options).fit(all[0..<170], validation: all[170..<230]) {
                batches -= 1
                return batches < 0
            }
            if result.outcome == .completed {
                #expect(resume, "seed \(seed) interrupted nothing")
                #expect(bits(resumed) == bits(reference), "seed \(seed)")
                break
            }
            (resume, threads) = (true, 3 - threads)
        }
    }

    @Test func `it learns what can be learned, clearly beyond both baselines`() throws {
        let all = try Self.examples(rows: 1000, seed: 2)
        let model = try model()
        let result = try Trainer(model: model, options: options(epochs: 12, threads: 2)).fit(all[0..<700], validation: all[700..<850])
        #expect(result.warnings.isEmpty)
        let test = all[850..<1000]
        let outputs = try model.predict(test.inputs, threads: 2)
        let labels = classNumbers(try #require(all.targets["direction"]))
        let matrix = try ConfusionMatrix(truth: Array(labels[850...]), predictions: classNumbers(outputs[0]), classes: 3)
        let majority = try MajorityBaseline(training: Array(labels[..<700]), evaluation: Array(labels[850...]), classes: 3)
        #expect(matrix.accuracy > majority.accuracy + 0.2, "\(matrix.accuracy) against \(majority.accuracy)")
        let bars = try #require(all.targets["bars"]).scalars
        let regression = try RegressionMetrics(truth: Array(bars[850...]), predictions: outputs[1].scalars)
        #expect(try #require(regression.r2) > 0.5, "\(regression)")
    }

    @Test func `a second fit goes on from the first and does not set the output bias again`() throws {
        let all = try Self.examples(rows: 80, seed: 1)
        let model = try model()
        try Trainer(model: model, options: options()).fit(all, validation: all)
        let trained = model.weights()
        var still = options(epochs: 1)
        still.optimizer = Adam(learningRate: 1e-30)
        try Trainer(model: model, options: still).fit(all, validation: all)
        #expect(model.weights() == trained)
    }

    @Test func `another model is refused on resume, naming the layer`() throws {
        let all = try Self.examples(rows: 80, seed: 1)
        let folder = try TemporaryFolder()
        var options = options(epochs: 1)
        options.checkpoints = CheckpointOptions(folder: folder.path)
        try Trainer(model: model(), options: options).fit(all, validation: all)
        options.checkpoints?.resume = true
        let other = try Model(inputShape: [8, 4], seed: 4) {
            LSTM(12, returnsSequences: true)
            Dropout(0.3)
            LSTM(8)
            Head("direction", loss: .crossEntropy) {
                Dense(8, activation: .relu)
                Dense(3, activation: .softmax)
            }
            Head("bars", loss: .meanSquaredError, weight: 0.5, outputBias: .targetMean) { Dense(1, activation: .relu) }
        }
        let initial = bits(other)
        let error = #expect(throws: CheckpointError.self) { try Trainer(model: other, options: options).fit(all, validation: all) }
        #expect(error?.code == .mismatch)
        #expect(error?.description.contains("layer 2 was dropout = Dropout(0.1) → [8, 12] and is now dropout = Dropout(0.3)") == true, "\(error!)")
        #expect(bits(other) == initial)
    }

    @Test func `a learning rate far too high ends in a clear error or finite weights, never in NaN`() throws {
        let all = try Self.examples(rows: 80, seed: 1)
        let model = try model()
        let initial = bits(model)
        var options = options(epochs: 30)
        options.optimizer = Adam(learningRate: 1e30)
        do {
            try Trainer(model: model, options: options).fit(all, validation: all)
            #expect(model.weights().allSatisfy { $0.allSatisfy(\.isFinite) })
        } catch let error as TrainingError {
            #expect(error.code == .diverged && error.description.contains("Lower the learning rate (it is 1e+30)"), "\(error)")
            #expect(bits(model) == initial)
        }
    }

    /// A GRU and a transformer learn whether the first feature's sum is positive, better than the share of either answer.
    @Test(arguments: [true, false]) func `a binary head learns with AdamW, and targets beyond 0 and 1 are refused`(isRecurrent: Bool) throws {
        let source = try Self.examples(rows: 256, seed: 12)
        let sums = source.inputs.withUnsafeBufferPointer { x in (0..<256).map { row in (0..<8).reduce(Float(0)) { $0 + x[(row * 8 + $1) * 4] } } }
        func examples(_ targets: [Float]) throws -> Examples {
            try Examples(inputs: source.inputs, targets: ["up": Tensor(shape: [256, 1], targets)])
        }
        let model =
            isRecurrent
            ? try Model(inputShape: [8, 4], seed: 1) {
                GRU(8)
                Head("up", loss: .binaryCrossEntropy) { Dense(1, activation: .sigmoid) }
            }
            : try Model(inputShape: [8, 4], seed: 1) {
                Dense(8)
                PositionalEncoding()
                TransformerEncoder(heads: 2, hidden: 16, dropout: 0.1)
                GlobalAveragePooling()
                Head("up", loss: .binaryCrossEntropy) { Dense(1, activation: .sigmoid) }
            }
        let options = TrainingOptions(epochs: 20, batchSize: 32, optimizer: AdamW(learningRate: 0.01), seed: 3, threads: 2)
        let trainer = Trainer(model: model, options: options)
        let history = try trainer.fit(examples(sums.map { $0 > 0 ? 1 : 0 })).history
        #expect(try #require(history.epochs.last?.logs["loss"]) < 0.3)
        #expect(throws: TrainingError.self) { try trainer.fit(examples(sums)) }
    }
}
