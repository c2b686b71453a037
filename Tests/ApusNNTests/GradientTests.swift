import ApusNN
import ApusTensor
import Testing

/// Analytic gradients against central differences of the loss, which needs no reference at all.
@Suite struct GradientTests {
    /// Odd sizes, so that padding and tails of every kernel are in play.
    private func model(seed: UInt64) throws -> Model {
        try Model(inputShape: [4, 3], seed: seed) {
            LSTM(5, returnsSequences: true)
            Dense(7, activation: .tanh)
            LSTM(18)
            Head("class", loss: .crossEntropy, weight: 1.5) {
                Dense(6, activation: .sigmoid)
                Dense(3, activation: .softmax)
            }
            Head("value", loss: .meanSquaredError, weight: 0.5) {
                Dense(2, activation: .softmax)
                Dense(2)
            }
        }
    }

    /// A value read by two layers, a norm in front, a state in a state: what the fixtures do not combine.
    private func mixed(seed: UInt64) throws -> Model {
        try Model(inputShape: [9, 5], seed: seed) {
            LayerNorm()
            GRU(6, returnsSequences: true)
            TransformerEncoder(heads: 2, hidden: 7, activation: .gelu)
            MultiHeadAttention(heads: 3)
            GRU(18)
            Head("up", loss: .binaryCrossEntropy, weight: 1.5, positiveWeight: 2) {
                LayerNorm(epsilon: 0.1)
                Dense(2, activation: .sigmoid)
            }
            Head("value", loss: .meanSquaredError, weight: 0.5) { Dense(2, activation: .sigmoid) }
        }
    }

    @Test(arguments: [1, 3, 17, 20], [false, true]) func `gradients agree with finite differences`(rows: Int, isMixed: Bool) throws {
        let model = try isMixed ? mixed(seed: 3) : model(seed: 3)
        let data = RandomExamples(model, rows: rows, seed: 11)
        let step = try TrainingStep(model: model, batchCapacity: rows, threads: 1, seed: 0)
        _ = try data.run(step, training: true)
        let gradient = Array(step.gradients)
        for parameter in model.parameters {
            let value = parameter.value
            for index in Set([0, parameter.count / 2, parameter.count - 1]) {
                var losses: [Double] = []
                // The loss is summed in Double from Float outputs: h balances its rounding against the curvature, of which the
                // differences over h and 2 h together (Richardson) take away the first term.
                let h: Float = 0x1p-8
                for offset: Float in [h, -h, 2 * h, -2 * h] {
                    var moved = value
                    moved.withUnsafeMutableBufferPointer { $0[index] += offset }
                    parameter.value = moved
                    losses.append(try data.run(step, training: false).total)
                }
                parameter.value = value
                let numeric = (8 * (losses[0] - losses[1]) - (losses[2] - losses[3])) / Double(12 * h)
                let analytic = Double(gradient[parameter.slot.offset + index])
                // A step over the bend of the encoder's ReLU is an error of the difference, not of the gradient.
                let tolerance = isMixed ? 1.5e-3 + 5e-3 * abs(analytic) : 2e-4 + 2e-3 * abs(analytic)
                #expect(abs(numeric - analytic) < tolerance, "\(parameter.name)[\(index)]")
            }
        }
    }
}
