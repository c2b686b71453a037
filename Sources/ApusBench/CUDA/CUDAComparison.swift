import ApusCUDA
import ApusCUDAEngine
import ApusNN
import ApusTensor

/// A model on the CPU and on a GPU, with the same weights, examples and dropout masks.
struct CUDAComparison {
    let model: CUDACheckModel
    let host: Model
    let data: (inputs: Tensor, targets: [Tensor], weights: [[Float]?])
    let onHost: TrainingStep
    let onDevice: CUDATrainingStep
    let examples: DeviceExamples

    private static let seed: UInt64 = 5

    /// - Parameters:
    ///   - batch: most rows of a batch.
    ///   - count: rows of all examples.
    init(_ model: CUDACheckModel, batch: Int, examples count: Int, on kernels: CUDAModule) throws {
        self.model = model
        host = try model.make()
        let numbers = Philox(seed: 3)
        host.parameterBuffer.update { values in
            for index in values.indices { values[index] += model.noise * (2 * numbers.uniform(at: UInt64(index)) - 1) }
        }
        data = BenchmarkModel.examples(host, count: count)
        onHost = try TrainingStep(model: host, batchCapacity: batch, threads: 2, seed: Self.seed)
        onDevice = try CUDATrainingStep(models: [host.copy()], batchCapacity: batch, seeds: [Self.seed], on: kernels.context, module: kernels)
        examples = try onDevice.examples(inputs: data.inputs, targets: data.targets, weights: data.weights)
    }

    /// A batch on the CPU; the losses of the heads.
    func runOnHost(_ rows: [Int], step: UInt64, training: Bool) throws -> [Double] {
        try onHost.run(
            inputs: data.inputs, targets: data.targets, sampleWeights: data.weights, rows: rows[...], step: step, training: training
        ).heads
    }

    /// Errors of the losses and outputs of a batch of the device's last burst, of which the CPU has just had the same one.
    func outputMeasures(_ losses: [Double], inBatch batch: Int = 0) -> [CUDACheck.Measure] {
        let (loss, output) = host.heads.indices.reduce((0.0, 0.0)) { worst, head in
            let found = onDevice.output(ofHead: head, inBatch: batch)
            let errors = zip(found, onHost.output(ofHead: head)).map { Self.relative(Double($0), Double($1)) }
            return (
                Self.larger(worst.0, Self.relative(onDevice.loss(ofHead: head, inBatch: batch), losses[head])),
                errors.reduce(worst.1, Self.larger)
            )
        }
        return [
            CUDACheck.Measure(name: "loss", error: loss, tolerance: 1e-5), CUDACheck.Measure(name: "output", error: output, tolerance: 1e-4),
        ]
    }

    /// The largest error of the gradient of a parameter, and which parameter has it.
    func gradientMeasure() throws -> (measure: CUDACheck.Measure, parameter: String) {
        let found = try onDevice.gradients()
        // What is only rounding, such as the gradient of the keys' biases, is compared with a thousandth of the whole.
        let floor = 1e-3 * Self.norm(onHost.gradients)
        var worst = (error: 0.0, parameter: "")
        for parameter in host.parameters {
            let expected = onHost.gradient(of: parameter)
            let differences = zip(found[parameter.slot.offset..<parameter.slot.offset + parameter.slot.count], expected).map { $0 - $1 }
            let error = Self.norm(differences) / max(Self.norm(expected), floor, 1e-9)
            if !(error <= worst.error) { worst = (error, parameter.name) }
        }
        return (CUDACheck.Measure(name: "gradient", error: worst.error, tolerance: model.gradientTolerance), worst.parameter)
    }

    static func relative(_ found: Double, _ expected: Double) -> Double { abs(found - expected) / max(1, abs(expected)) }

    /// The larger of two errors; what is not a number is larger than any.
    static func larger(_ a: Double, _ b: Double) -> Double { a.isNaN || b.isNaN ? .nan : max(a, b) }

    private static func norm(_ values: some Sequence<Float>) -> Double {
        values.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
    }
}
