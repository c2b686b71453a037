import ApusCUDA
import ApusCUDAEngine
import ApusNN
import ApusTraining

// Many steps, with batches of different sizes.
extension CUDACheck {
    /// ε is larger than usual: a gradient that is only rounding would else move its parameter by a whole step, in any direction.
    private static let optimizer = Adam(learningRate: 1e-3, epsilon: 1e-4)

    /// `steps` batches: two whole ones and one with fewer rows, again and again.
    private static func batches(_ steps: Int, batch: Int) -> [[Int]] {
        let epoch = [Array(0..<batch), (0..<batch).map { 2 * $0 + 1 }, Array((batch..<batch + (batch + 1) / 2).reversed())]
        return (0..<steps).map { epoch[$0 % epoch.count] }
    }

    static func adam(_ model: CUDACheckModel, batch: Int) -> CUDACheck { tenSteps(of: optimizer, "Adam", model, batch: batch) }

    static func adamW(_ model: CUDACheckModel, batch: Int) -> CUDACheck {
        tenSteps(of: AdamW(learningRate: 1e-3, weightDecay: 0.1, epsilon: 1e-3), "AdamW", model, batch: batch)
    }

    /// Ten steps on both; how far the parameters are from each other, in steps of the learning rate.
    private static func tenSteps(of optimizer: any Optimizer, _ name: String, _ model: CUDACheckModel, batch: Int) -> CUDACheck {
        CUDACheck(name: "ten steps of \(name): \(model.name)") { kernels in
            let comparison = try CUDAComparison(model, batch: batch, examples: 2 * batch, on: kernels)
            let batches = batches(10, batch: batch)
            let burst = burst(comparison.examples, batches, optimizer)
            var optimizer = optimizer
            var losses: [[Double]] = []
            for (step, rows) in batches.enumerated() {
                losses.append(try comparison.runOnHost(rows, step: UInt64(step), training: true))
                comparison.host.parameterBuffer.update { optimizer.update($0, gradients: UnsafeBufferPointer(comparison.onHost.gradients)) }
            }
            let failed = try comparison.onDevice.train([burst], clipping: .none)
            var loss = failed == [nil] ? 0 : Double.nan
            for batch in batches.indices {
                for head in comparison.host.heads.indices {
                    let found = comparison.onDevice.loss(ofHead: head, inBatch: batch)
                    loss = CUDAComparison.larger(loss, CUDAComparison.relative(found, losses[batch][head]))
                }
            }
            try comparison.onDevice.downloadParameters()
            let pairs = zip(comparison.onDevice.models[0].parameterBuffer.values, comparison.host.parameterBuffer.values)
            let largest = pairs.reduce(0.0) { CUDAComparison.larger($0, Double(abs($1.0 - $1.1))) }
            return Outcome(measures: [
                Measure(name: "loss", error: loss, tolerance: 1e-4),
                Measure(name: "parameters", error: largest / Double(optimizer.learningRate), tolerance: 0.1),
            ])
        }
    }

    /// Twenty steps twice, the second time in shorter bursts.
    static func sameBits(_ model: CUDACheckModel, batch: Int) -> CUDACheck {
        CUDACheck(name: "the same bits in two runs: \(model.name)") { kernels in
            let hashes = try [20, 7].map { burst in
                hash(try trained([try model.make()], burst: burst, batch: batch, on: kernels)[0])
            }
            return Outcome(
                measures: [Measure(name: "different", error: hashes[0] == hashes[1] ? 0 : 1, tolerance: 0)],
                notes: [("parameters", String(hashes[0], radix: 16))])
        }
    }

    /// Twenty steps of three models side by side, and of each alone.
    static func sideBySide(_ model: CUDACheckModel, batch: Int) -> CUDACheck {
        CUDACheck(name: "side by side as alone: \(model.name)") { kernels in
            func models() throws -> [Model] { try (1...3).map { try model.make(seed: $0) } }
            let together = try trained(try models(), burst: 20, batch: batch, on: kernels)
            let alone = try models().map { try trained([$0], burst: 20, batch: batch, on: kernels)[0] }
            let different = zip(together, alone).count { $0 != $1 }
            return Outcome(
                measures: [Measure(name: "different", error: Double(different), tolerance: 0)],
                notes: together.enumerated().map { ("parameters_\($0 + 1)", String(hash($1), radix: 16)) })
        }
    }

    /// The parameters of models after twenty steps. The seed of a model is that of its dropout masks, too.
    private static func trained(_ models: [Model], burst length: Int, batch: Int, on kernels: CUDAModule) throws -> [[Float]] {
        let step = try CUDATrainingStep(models: models, batchCapacity: batch, seeds: models.map(\.seed), on: kernels.context, module: kernels)
        let data = BenchmarkModel.examples(models[0], count: 2 * batch)
        let examples = try step.examples(inputs: data.inputs, targets: data.targets, weights: data.weights)
        let batches = batches(20, batch: batch)
        for first in stride(from: 0, to: batches.count, by: length) {
            let part = burst(examples, Array(batches[first..<min(first + length, batches.count)]), optimizer, after: first)
            for failed in try step.train(models.map { _ in part }, clipping: .norm(1)) where failed != nil { throw NotFinite() }
        }
        return try models.indices.map { number in
            try step.downloadParameters(ofModel: number)
            return Array(models[number].parameterBuffer.values)
        }
    }

    /// - Parameter done: steps before this burst.
    private static func burst(
        _ examples: DeviceExamples, _ batches: [[Int]], _ optimizer: any Optimizer, after done: Int = 0
    ) -> CUDABurst {
        var optimizer = optimizer
        let updates = (0..<done + batches.count).compactMap { _ in optimizer.nextStep() }
        return CUDABurst(examples, batches: batches.map { $0[...] }, step: UInt64(done), updates: Array(updates[done...]))
    }

    /// FNV-1a of all bits.
    private static func hash(_ values: [Float]) -> UInt64 {
        values.withUnsafeBytes { $0.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 } }
    }
}
