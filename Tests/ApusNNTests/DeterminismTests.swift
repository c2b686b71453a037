import ApusNN
import ApusTensor
import Testing

@Suite struct DeterminismTests {
    /// With dropout, so that the masks are part of what must not change.
    private func model() throws -> Model {
        try Model(inputShape: [7, 5], seed: 9) {
            LSTM(12, returnsSequences: true)
            Dropout(0.3)
            LSTM(9)
            Head("class", loss: .crossEntropy) {
                Dropout(0.5)
                Dense(3, activation: .softmax)
            }
            Head("value", loss: .meanSquaredError) { Dense(1) }
        }
    }

    /// Every kind of dropout mask that attention draws.
    private func transformer() throws -> Model {
        try Model(inputShape: [7, 5], seed: 9) {
            GRU(12, returnsSequences: true)
            PositionalEncoding()
            TransformerEncoder(heads: 3, hidden: 18, dropout: 0.3)
            GlobalAveragePooling()
            Head("up", loss: .binaryCrossEntropy, positiveWeight: 3) { Dense(1, activation: .sigmoid) }
        }
    }

    private func attention() throws -> Model {
        try Model(inputShape: [70, 6], seed: 9) {
            Dropout(0.2)
            MultiHeadAttention(heads: 2, dropout: 0.4)
            LayerNorm()
            GlobalAveragePooling()
            Head("value", loss: .meanSquaredError) { Dense(2) }
        }
    }

    /// 150 rows are ten shards; 97 leave the last one ragged.
    @Test(arguments: [150, 97, 17, 1], 0..<3) func `bits do not depend on the number of threads`(rows: Int, kind: Int) throws {
        let model = try [model, transformer, attention][kind]()
        let data = RandomExamples(model, rows: 150, seed: 5)
        var expected: (StepLosses, [Float], [Float])?
        for threads in [1, 2, 3, 5] {
            let step = try TrainingStep(model: model, batchCapacity: 150, threads: threads, seed: 77)
            let losses = try data.run(step, rows: data.rows[..<rows], training: true)
            let result = (losses, Array(step.gradients), Array(step.output(ofHead: 0)))
            if let expected { #expect(expected == result, "\(threads) threads") } else { expected = result }
        }
    }

    @Test(arguments: 0..<3) func `steps, seeds and layers have masks of their own, and a repeated step its old one`(kind: Int) throws {
        let model = try [model, transformer, attention][kind]()
        let data = RandomExamples(model, rows: 40, seed: 6)
        func gradients(seed: UInt64, number: UInt64) throws -> [Float] {
            let step = try TrainingStep(model: model, batchCapacity: 40, threads: 2, seed: seed)
            _ = try data.run(step, number: number &+ 3, training: true)  // another step before must leave no trace
            _ = try data.run(step, number: number, training: true)
            return Array(step.gradients)
        }
        let first = try gradients(seed: 1, number: 1)
        #expect(try gradients(seed: 1, number: 1) == first)
        #expect(try gradients(seed: 1, number: 2) != first)
        #expect(try gradients(seed: 2, number: 1) != first)
        #expect(try gradients(seed: 1, number: 1 << 32 + 1) != first)
    }

    @Test func `the same seed makes the same weights, another seed others`() throws {
        let (a, b, c) = (
            try Model(Recipe.multiTaskLSTM.description, inputShape: [30, 13], seed: 4),
            try Model(Recipe.multiTaskLSTM.description, inputShape: [30, 13], seed: 4),
            try Model(Recipe.multiTaskLSTM.description, inputShape: [30, 13], seed: 5)
        )
        #expect(a.weights() == b.weights())
        #expect(a.weights() != c.weights())
    }

    @Test func `the probabilities of each row and head are dropped by masks of their own`() throws {
        // Equal rows and equal weights of both heads: without dropout all outputs would be equal.
        let model = try Model(inputShape: [6, 4], seed: 2) {
            MultiHeadAttention(heads: 2, dropout: 0.5)
            GlobalAveragePooling()
            Head("value", loss: .meanSquaredError) { Dense(4) }
        }
        func repeated(_ rows: Int, _ columns: Int, period: Int, salt: UInt64) -> Tensor {
            let random = Philox(seed: salt)
            return Tensor(
                shape: [rows, columns],
                (0..<rows * columns).map { index in
                    Float(random.normal(at: UInt64(index / columns * period + index % columns % period)))
                })
        }
        let identity = Tensor(shape: [4, 4], (0..<16).map { $0 % 5 == 0 ? 1 : 0 })
        model.parameters[0].value = repeated(4, 12, period: 2, salt: 3)
        model.parameters[2].value = identity
        model.parameters[4].value = identity
        let row = (0..<24).map { Float(Philox(seed: 4).normal(at: UInt64($0))) }
        let step = try TrainingStep(model: model, batchCapacity: 2, threads: 1, seed: 5)
        func output(training: Bool) throws -> [Float] {
            _ = try step.run(
                inputs: Tensor(shape: [2, 6, 4], row + row), targets: [Tensor(zeros: [2, 4])], sampleWeights: [nil], rows: [0, 1], step: 1,
                training: training)
            return Array(step.output(ofHead: 0))
        }
        let plain = try output(training: false)
        #expect(plain[0] == plain[2] && plain[0] == plain[4] && plain[0] == plain[6])
        let dropped = try output(training: true)
        #expect(Set([dropped[0], dropped[2], dropped[4], dropped[6]]).count == 4)
    }

    @Test func `long sequences go through the model a few rows at a time, and the parts add up`() throws {
        let model = try Model(inputShape: [70, 6], seed: 9) {
            TransformerEncoder(heads: 2, hidden: 5)
            GlobalAveragePooling()
            Head("up", loss: .binaryCrossEntropy, positiveWeight: 2) { Dense(1, activation: .sigmoid) }
        }
        let data = RandomExamples(model, rows: 20, seed: 3)
        let whole = try TrainingStep(model: model, batchCapacity: 20, threads: 1, seed: 0)
        let loss = try data.run(whole, training: true).total
        let single = try TrainingStep(model: model, batchCapacity: 1, threads: 1, seed: 0)
        var (losses, gradients) = (0.0, [Double](repeating: 0, count: whole.gradients.count))
        for row in data.rows.indices {
            losses += try data.run(single, rows: data.rows[row...row], training: true).total / 20
            for index in gradients.indices { gradients[index] += Double(single.gradients[index]) / 20 }
        }
        #expect(abs(loss - losses) < 1e-6)
        // One chain of 1400 float additions a weight: some √1400 roundings of 6e-8 of its largest partial sum.
        #expect(relativeError(Array(whole.gradients), Tensor(shape: [gradients.count], gradients.map(Float.init))) < 6e-6)
    }

    @Test func `a ragged batch gives the losses and gradients of its rows alone`() throws {
        let model = try Model(inputShape: [3, 2], seed: 1) {
            LSTM(4)
            Head("value", loss: .meanSquaredError) { Dense(2) }
        }
        let data = RandomExamples(model, rows: 40, seed: 8)
        let large = try TrainingStep(model: model, batchCapacity: 40, threads: 1, seed: 0)
        _ = try data.run(large, training: true)  // leaves other rows in memory
        let ragged = try data.run(large, rows: data.rows[33..<38], training: true)
        let small = try TrainingStep(model: model, batchCapacity: 5, threads: 1, seed: 0)
        #expect(try data.run(small, rows: data.rows[33..<38], training: true) == ragged)
        #expect(Array(small.gradients) == Array(large.gradients))
    }

    @Test func `prediction of a row does not depend on the batch around it`() throws {
        let model = try model()
        let data = RandomExamples(model, rows: 37, seed: 2)
        let all = try model.predict(data.inputs, threads: 2)
        for row in [0, 15, 16, 36] {
            let alone = try model.predict(data.inputs.rows(row..<row + 1))
            for (a, b) in zip(all, alone) { #expect(a.rows(row..<row + 1) == b) }
        }
        #expect(try model.predict(data.inputs.rows(0..<0)).map(\.shape) == [[0, 3], [0, 1]])
    }
}
