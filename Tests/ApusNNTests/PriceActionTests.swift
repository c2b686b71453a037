import ApusNN
import ApusTensor
import Foundation
import Testing

/// The price-action transformer at full size against PyTorch (Tests/References/engine_transformer.py).
@Suite struct PriceActionTests {
    private static let folder = Bundle.module.bundlePath + "/Fixtures/price-action"

    /// The same numbers as the script's `hashed`: uniform in ±scale/2.
    private func hashed(_ count: Int, salt: UInt64, scale: Float) -> [Float] {
        (0..<count).map { index in
            var z = UInt64(index) &+ salt << 32 &+ 0x9E37_79B9_7F4A_7C15
            z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
            z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
            z ^= z >> 31
            return (Float(z >> 40) * 0x1p-24 - 0.5) * scale
        }
    }

    private func model() throws -> Model {
        let body = try String(contentsOfFile: Self.folder + "/body.txt", encoding: .utf8)
        let model = try Model(ModelDescription(parsing: body), inputShape: [64, 14], seed: 1)
        for (number, parameter) in model.parameters.enumerated() {
            let s = parameter.shape
            let scale = s.count == 2 ? Float(2 * (6 / Double(s[0] + s[1])).squareRoot()) : 0.4
            let base: Float = parameter.name.hasSuffix("gamma") ? 1 : 0
            parameter.value = Tensor(shape: s, hashed(parameter.count, salt: UInt64(number), scale: scale).map { $0 + base })
        }
        return model
    }

    @Test func `it has 406,785 parameters`() throws { #expect(try model().parameterCount == 406_785) }

    @Test(arguments: ReferenceTests.variants) func `outputs, loss and gradients equal PyTorch's`(variant: String) throws {
        let model = try model()
        let kernels = try #require(Kernels(named: variant))
        let step = try TrainingStep(model: model, batchCapacity: 3, threads: 2, seed: 0, kernels: kernels)
        let inputs = Tensor(shape: [3, 64, 14], hashed(3 * 64 * 14, salt: 999, scale: 3.4))
        let losses = try step.run(
            inputs: inputs, targets: [Tensor(shape: [3, 1], [0, 1, 0])], sampleWeights: [nil], rows: [0, 1, 2], step: 1, training: true)
        let expected = try ReferenceCase.read(Self.folder + "/torch/losses.npy").scalars[0]
        #expect(abs(losses.total - Double(expected)) < 2e-6)
        #expect(relativeError(step.output(ofHead: 0), try ReferenceCase.read(Self.folder + "/torch/y.out.npy")) < 2e-6)
        #expect(relativeError(try model.predict(inputs)[0].scalars, try ReferenceCase.read(Self.folder + "/torch/y.out.npy")) < 2e-6)
        let strides = try ReferenceCase.read(Self.folder + "/strides.npy").scalars
        for (number, parameter) in model.parameters.enumerated() {
            let gradient = step.gradient(of: parameter)
            let sample = stride(from: 0, to: gradient.count, by: Int(strides[number])).map { gradient[$0] }
            // Sums over 192 steps of a chain of some forty products and norms, in Float32.
            #expect(relativeError(sample, try ReferenceCase.read("\(Self.folder)/torch/g.\(number).npy")) < 1e-5, "\(parameter.name)")
        }
    }
}
