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

    @Test(arguments: [1, 3, 17, 20]) func `gradients agree with finite differences`(rows: Int) throws {
        let model = try model(seed: 3)
        let data = RandomExamples(model, rows: rows, seed: 11)
        let step = try TrainingStep(model: model, batchCapacity: rows, threads: 1, seed: 0)
        _ = try data.run(step, training: true)
        let gradient = Array(step.gradients)
        for parameter in model.parameters {
            let value = parameter.value
            for index in Set([0, parameter.count / 2, parameter.count - 1]) {
                var losses: [Double] = []
                // The loss is summed in Double from Float outputs: h balances its rounding against the curvature.
                let h: Float = 0x1p-7
                for sign: Float in [1, -1] {
                    var moved = value
                    moved.withUnsafeMutableBufferPointer { $0[index] += sign * h }
                    parameter.value = moved
                    losses.append(try data.run(step, training: false).total)
                }
                parameter.value = value
                let numeric = (losses[0] - losses[1]) / Double(2 * h)
                let analytic = Double(gradient[parameter.slot.offset + index])
                #expect(abs(numeric - analytic) < 2e-4 + 2e-3 * abs(analytic), "\(parameter.name)[\(index)]")
            }
        }
    }
}
