import ApusCUDA
import ApusCUDAEngine
import ApusNN
import ApusTensor
import CUDATestSupport
import TestSupport
import Testing

/// A model on the CPU and on the mock GPU, with the same weights, examples and dropout masks.
struct Comparison {
    let fake: FakeCUDA
    let host: Model
    let device: Model
    let inputs: Tensor
    let targets: [Tensor]
    let weights: [[Float]?]
    let onHost: TrainingStep
    let onDevice: CUDATrainingStep
    let seed: UInt64

    /// - Parameters:
    ///   - capacity: rows of a batch.
    ///   - settings: of the mock driver.
    init(
        _ model: Model, capacity: Int, examples count: Int = 12, weighted: Bool = true, seed: UInt64 = 1, settings: String = ""
    ) throws {
        var numbers = SeededGenerator(seed: seed)
        self.seed = seed
        fake = try FakeCUDA(settings)
        host = model
        device = model.copy()
        // Larger weights than at the beginning, so that every part of a gradient is far from 0.
        let noise = (0..<model.parameterBuffer.count).map { _ in numbers.signed() * 0.2 }
        for model in [host, device] {
            for parameter in model.parameters {
                var value = parameter.value
                value.withUnsafeMutableBufferPointer { for index in $0.indices { $0[index] += noise[parameter.slot.offset + index] } }
                parameter.value = value
            }
        }
        let shape = [count] + model.inputShape
        inputs = Tensor(shape: shape, (0..<Tensor.count(of: shape)).map { _ in numbers.signed() })
        targets = model.heads.map { head in
            let columns = head.outputShape[0]
            let values = (0..<count).flatMap { _ -> [Float] in
                switch head.loss {
                case .crossEntropy:
                    let label = Int(numbers.next() % UInt64(columns))
                    return (0..<columns).map { $0 == label ? Float(1) : 0 }
                case .binaryCrossEntropy: return (0..<columns).map { _ in numbers.signed() > 0 ? Float(1) : 0 }
                case .meanSquaredError: return (0..<columns).map { _ in numbers.signed() * 3 }
                }
            }
            return Tensor(shape: [count, columns], values)
        }
        weights = model.heads.indices.map { head in weighted && head == 0 ? (0..<count).map { _ in numbers.signed() + 1.5 } : nil }
        onHost = try TrainingStep(model: host, batchCapacity: capacity, threads: 1, seed: seed)
        onDevice = try CUDATrainingStep(models: [device], batchCapacity: capacity, seeds: [seed], on: fake.context())
    }

    func deviceExamples() throws -> DeviceExamples { try onDevice.examples(inputs: inputs, targets: targets, weights: weights) }

    /// Trains the device's model; the number of the batch that failed.
    func train(
        _ examples: DeviceExamples, batches: [ArraySlice<Int>], step: UInt64, updates: [AdamStep], clipping: CUDAClipping
    ) throws -> Int? {
        try onDevice.train([CUDABurst(examples, batches: batches, step: step, updates: updates)], clipping: clipping)[0]
    }

    /// Adam as both engines compute it.
    static func update(_ step: Int) -> AdamStep {
        let correction = (1 - power(0.999, step)).squareRoot() / (1 - power(0.9, step))
        return AdamStep(rate: Float(1e-2 * correction), beta1: 0.9, beta2: 0.999, epsilon: 1e-7)
    }

    private static func power(_ base: Double, _ exponent: Int) -> Double { (0..<exponent).reduce(1) { value, _ in value * base } }

    /// One step of training on both; the largest differences of losses, outputs and gradients.
    func compareStep(rows: [Int], step: UInt64 = 3) throws -> (loss: Double, output: Float, gradient: Float) {
        let rows = rows[...]
        let losses = try onHost.run(inputs: inputs, targets: targets, sampleWeights: weights, rows: rows, step: step, training: true)
        let none = AdamStep(rate: 0, beta1: 0.9, beta2: 0.999, epsilon: 1e-7)
        let failed = try onDevice.train([CUDABurst(try deviceExamples(), batches: [rows], step: step, updates: [none])], clipping: .none)
        #expect(failed == [nil])
        var (loss, output) = (0.0, Float(0))
        for head in host.heads.indices {
            loss = max(loss, abs(onDevice.loss(ofHead: head, inBatch: 0) - losses.heads[head]) / max(1, abs(losses.heads[head])))
            output = max(output, difference(onDevice.output(ofHead: head, inBatch: 0), onHost.output(ofHead: head)))
        }
        let gradients = try onDevice.gradients()
        var gradient: Float = 0
        for parameter in host.parameters {
            let range = parameter.slot.offset..<parameter.slot.offset + parameter.slot.count
            let expected = onHost.gradients[range]
            let scale = max(expected.map(abs).max() ?? 0, 1e-3)
            let error = zip(gradients[range], expected).map { abs($0 - $1) }.max() ?? 0
            #expect(error <= 2e-5 * scale, "\(parameter.name): \(error) of \(scale)")
            gradient = max(gradient, error / scale)
        }
        return (loss, output, gradient)
    }

    private func difference(_ a: UnsafeBufferPointer<Float>, _ b: UnsafeBufferPointer<Float>) -> Float {
        #expect(a.count == b.count)
        return zip(a, b).map { abs($0 - $1) / max(1, abs($1)) }.max() ?? 0
    }
}

extension SeededGenerator {
    /// Uniform in [-1, 1).
    mutating func signed() -> Float { Float(next() >> 40) * 0x1p-23 - 1 }
}
