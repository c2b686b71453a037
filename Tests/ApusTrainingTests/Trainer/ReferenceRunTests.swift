import ApusJSON
import ApusNN
import ApusTensor
import ApusTraining
import Foundation
import TestSupport
import Testing

/// A training run of the two-headed LSTM against Keras and PyTorch: same weights, same batches.
///
/// Reference: Tests/References/training_run.py, which makes the same examples from the same SplitMix64.
@Suite struct ReferenceRunTests {
    private let fixture: JSON
    private let examples: Examples
    private let rows: Int

    init() throws {
        fixture = try Fixture.json("run.json")
        rows = try #require(fixture.get("rows").int)
        let all = try rows + #require(fixture.get("validation_rows").int)
        let (steps, features) = (try #require(fixture.get("steps").int), try #require(fixture.get("features").int))
        var numbers = SeededGenerator(seed: UInt64(try #require(fixture.get("seed").int)))
        let inputs = (0..<all * steps * features).map { _ in numbers.signed() }
        let labels = (0..<all).map { _ in Int(numbers.next() % 4) }
        let bars = (0..<all).map { _ in numbers.signed() * 2 + 3 }
        examples = try Examples(
            inputs: Tensor(shape: [all, steps, features], inputs),
            targets: ["direction": oneHot(labels, classes: 4), "bars": Tensor(shape: [all, 1], bars)])
    }

    private func model() throws -> Model {
        let model = try Model(inputShape: [30, 13], seed: 1) {
            LSTM(64, returnsSequences: true)
            LSTM(32)
            Head("direction", loss: .crossEntropy, weight: 1.0) {
                Dense(16, activation: .relu)
                Dense(4, activation: .softmax)
            }
            Head("bars", loss: .meanSquaredError, weight: 0.5) {
                Dense(16, activation: .relu)
                Dense(8, activation: .relu)
                Dense(1, activation: .relu)
            }
        }
        let data = try Data(contentsOf: Fixture.url("run_weights.f32"))
        var flat = [Float](repeating: 0, count: data.count / 4)
        _ = flat.withUnsafeMutableBytes { data.copyBytes(to: $0) }
        try #require(flat.count == model.parameterCount && flat.count == 33_653)
        var start = 0
        try model.setWeights(
            model.parameters.map { parameter in
                defer { start += parameter.count }
                return Array(flat[start..<start + parameter.count])
            })
        return model
    }

    private func options(epochs: Int) throws -> TrainingOptions {
        try TrainingOptions(
            epochs: epochs, batchSize: 32, callbacks: [], classWeights: ["direction": fixture.get("class_weights").floats()],
            restoreBestWeights: false, shuffle: false, threads: 2)
    }

    @Test func `the losses of every step are those of Keras and PyTorch`() throws {
        let model = try model()
        let initial = model.weights().flatMap { $0 }
        let recorder = Recorder()
        try Trainer(model: model, options: options(epochs: 2)).fit(examples[0..<rows], observer: recorder)
        for peer in ["keras", "torch"] {
            let reference = try fixture.get(peer).list().map { try $0.doubles() }
            #expect(reference.count == 22 && recorder.batches.count == 22)
            var sums = [0.0, 0.0, 0.0]
            var seen = 0
            for (step, (batch, losses)) in zip(recorder.batches, reference).enumerated() {
                if batch.step == 1 { (sums, seen) = ([0, 0, 0], 0) }
                let count = batch.running.rows - seen
                seen = batch.running.rows
                for (index, name) in ["loss", "direction_loss", "bars_loss"].enumerated() {
                    // The batch's own loss, from the sums before and after it.
                    let sum = try #require(batch.running.means[name]) * Double(seen)
                    let loss = (sum - sums[index]) / Double(count)
                    sums[index] = sum
                    // Float32 rounding in other orders of summation, amplified by 22 updates; the first ten steps agree to 1e-5.
                    let tolerance = step < 10 ? 1e-5 : 2e-4
                    #expect(abs(loss - losses[index]) <= tolerance * max(1, abs(losses[index])), "\(peer), step \(step), \(name): \(loss)")
                }
            }
        }
        // And the weights have moved to the same place: a wrong update could hide behind flat losses.
        let final = model.weights().flatMap { $0 }
        let distance = zip(final, initial).reduce(0.0) { $0 + pow(Double($1.0) - Double($1.1), 2) }.squareRoot()
        let expected = try fixture.get("distance").number()
        #expect(abs(distance - expected) < 1e-3 * expected, "\(distance) against \(expected)")
    }

    @Test func `the history has the names and numbers of Keras's fit`() throws {
        let model = try model()
        let epochs = try #require(fixture.get("epochs").int)
        let result = try Trainer(model: model, options: options(epochs: epochs)).fit(
            examples[0..<rows], validation: examples[rows..<examples.count])
        let reference = try #require(fixture.get("history").object)
        #expect(Set(reference.keys) == Set(result.history.names))
        for name in reference.keys {
            let values = result.history[name].compactMap { $0 }
            let expected = try #require(reference[name]).doubles()
            #expect(values.count == epochs)
            for (value, number) in zip(values, expected) {
                #expect(abs(value - number) < 2e-3 * max(1, abs(number)), "\(name): \(values), \(expected)")
            }
        }
    }
}
