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

    /// 150 rows are ten shards; 97 leave the last one ragged.
    @Test(arguments: [150, 97, 17, 1]) func `bits do not depend on the number of threads`(rows: Int) throws {
        let model = try model()
        let data = RandomExamples(model, rows: 150, seed: 5)
        var expected: (StepLosses, [Float], [Float])?
        for threads in [1, 2, 3, 5] {
            let step = try TrainingStep(model: model, batchCapacity: 150, threads: threads, seed: 77)
            let losses = try data.run(step, rows: data.rows[..<rows], training: true)
            let result = (losses, Array(step.gradients), Array(step.output(ofHead: 0)))
            if let expected { #expect(expected == result, "\(threads) threads") } else { expected = result }
        }
    }

    @Test func `steps, seeds and layers have masks of their own, and a repeated step its old one`() throws {
        let model = try model()
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
