import ApusNN
import ApusTensor
import Testing

@Suite struct InitializerTests {
    @Test func `an LSTM begins as in Keras: Glorot kernel, orthogonal recurrent kernel, forget bias of one`() throws {
        let model = try Model(inputShape: [2, 40], seed: 12) {
            LSTM(24)
            Head("out", loss: .meanSquaredError) { Dense(80) }
        }
        let kernel = model.parameters[0].value.scalars
        let limit = (6.0 / Float(40 + 96)).squareRoot()
        #expect(kernel.allSatisfy { abs($0) <= limit })
        #expect(kernel.max()! > 0.98 * limit && kernel.min()! < -0.98 * limit)
        let variance = kernel.reduce(0) { $0 + $1 * $1 } / Float(kernel.count)
        #expect(abs(variance - limit * limit / 3) < 0.05 * limit * limit)

        // Rows of the recurrent kernel (24, 96) are orthonormal.
        let recurrent = model.parameters[1].value.scalars.map(Double.init)
        for a in 0..<24 {
            for b in 0...a {
                let dot = (0..<96).reduce(0.0) { $0 + recurrent[a * 96 + $1] * recurrent[b * 96 + $1] }
                #expect(abs(dot - (a == b ? 1 : 0)) < 1e-6)
            }
        }
        let bias = model.parameters[2].value.scalars
        #expect(bias == (0..<96).map { 24..<48 ~= $0 ? 1 : 0 })
        #expect(model.parameters[4].value.scalars.allSatisfy { $0 == 0 })
    }

    @Test func `PyTorch's first weights are uniform in one over the root of the size`() throws {
        let model = try Model(inputShape: [5, 7], seed: 3) {
            LSTM(16, initialization: .pytorch)
            Head("y", loss: .meanSquaredError) { Dense(4, initialization: .pytorch) }
        }
        for parameter in model.parameters {
            // Of the LSTM the size of its state, of the dense layer its inputs: 16 both.
            let values = parameter.value.scalars
            #expect(values.allSatisfy { $0.magnitude <= 0.25 } && values.contains { $0 != 0 }, "\(parameter.name)")
            let mean = values.reduce(0) { $0 + $1.magnitude } / Float(values.count)
            #expect(values.count < 60 || (0.1...0.15).contains(mean), "\(parameter.name): a mean of \(mean), not about 0.125")
        }
    }

    @Test func `outputBias targetMean begins at the mean of the targets`() throws {
        let model = try Model(inputShape: [3], seed: 1) {
            Head("class", loss: .crossEntropy, outputBias: .targetMean) { Dense(3, activation: .softmax) }
            Head("bars", loss: .meanSquaredError, outputBias: .targetMean) { Dense(1, activation: .relu) }
            Head("plain", loss: .meanSquaredError) { Dense(1) }
            Head("gelu", loss: .meanSquaredError, outputBias: .targetMean) { Dense(1, activation: .gelu) }
        }
        let classes = Tensor(shape: [4, 3], [1, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1])
        let bars = Tensor(shape: [4, 1], [1, 2, 3, 6])
        #expect(try model.initializeOutputBiases(targets: [classes, bars, bars, bars]) == ["class", "bars", "gelu"])
        let outputs = try model.predict(Tensor(zeros: [1, 3]))
        #expect(zip(outputs[0].scalars, [0.5, 0.25, 0.25] as [Float]).allSatisfy { abs($0 - $1) < 1e-6 })
        #expect(outputs[1].scalars == [3])
        #expect(outputs[2].scalars == [0])
        #expect(abs(outputs[3].scalars[0] - 3) < 1e-6)
    }

    @Test func `a head whose ReLU is silent is found`() throws {
        let model = try Model(inputShape: [3], seed: 1) {
            Head("relu", loss: .meanSquaredError) { Dense(1, activation: .relu) }
            Head("linear", loss: .meanSquaredError) { Dense(1) }
        }
        let data = RandomExamples(model, rows: 6, seed: 3)
        let step = try TrainingStep(model: model, batchCapacity: 6, threads: 1, seed: 0)
        _ = try data.run(step, training: true)
        #expect(!step.isSilent(head: 0))
        for parameter in model.parameters { parameter.value = Tensor(shape: parameter.shape, [Float](repeating: 0, count: parameter.count)) }
        model.parameters[1].value = Tensor(shape: [1], [-100])
        _ = try data.run(step, training: true)
        #expect(step.isSilent(head: 0))
        #expect(!step.isSilent(head: 1))  // zero, but not behind a ReLU
    }
}
