import ApusCUDA
import ApusCUDAEngine
import ApusNN
import ApusTensor
import CUDATestSupport
import Testing

/// Whole runs on the mock GPU: many steps, batches of different sizes, bursts, evaluation.
@Suite struct TrainingTests {
    static let twoHeads = """
        LSTM(6, returnsSequences: true)
        Dropout(0.2)
        GRU(5)
        Head("kind", loss: .crossEntropy) { Dense(3, activation: .softmax) }
        Head("size", loss: .meanSquaredError, weight: 0.5) { 
            Dense(4, activation: .relu)
            Dense(1)
        }
        """

    private func comparison(settings: String = "", seed: UInt64 = 1) throws -> Comparison {
        try Comparison(
            Model(ModelDescription(parsing: Self.twoHeads), inputShape: [4, 3], seed: 4), capacity: 5, seed: seed, settings: settings)
    }

    /// Batches of five, and a last one of two.
    private let batches: [[Int]] = [[0, 5, 10, 3, 8], [1, 6, 11, 4, 9], [2, 7]]

    /// Parameters after the batches of some epochs, each step with one of Adam.
    private func trained(_ comparison: Comparison, epochs: Int, burst: Int, clipping: CUDAClipping = .none) throws -> [Float] {
        let all = (0..<epochs).flatMap { _ in batches }
        let examples = try comparison.deviceExamples()
        for first in stride(from: 0, to: all.count, by: burst) {
            let steps = first..<min(first + burst, all.count)
            let failed = try comparison.train(
                examples, batches: steps.map { all[$0][...] }, step: UInt64(first), updates: steps.map { Comparison.update($0 + 1) },
                clipping: clipping)
            #expect(failed == nil)
        }
        try comparison.onDevice.downloadParameters()
        return Array(comparison.device.parameterBuffer.values)
    }

    @Test func `many steps stay beside the CPU`() throws {
        let comparison = try comparison()
        let onDevice = try trained(comparison, epochs: 8, burst: 24)
        let count = comparison.host.parameterBuffer.count
        var (m, v) = ([Float](repeating: 0, count: count), [Float](repeating: 0, count: count))
        for (step, rows) in (0..<8).flatMap({ _ in batches }).enumerated() {
            _ = try comparison.onHost.run(
                inputs: comparison.inputs, targets: comparison.targets, sampleWeights: comparison.weights, rows: rows[...], step: UInt64(step),
                training: true)
            m.withUnsafeMutableBufferPointer { m in
                v.withUnsafeMutableBufferPointer { v in
                    comparison.host.parameterBuffer.update {
                        Kernels.best.adam(
                            values: $0, m: m, v: v, gradients: UnsafeBufferPointer(comparison.onHost.gradients), Comparison.update(step + 1))
                    }
                }
            }
        }
        let error = zip(onDevice, comparison.host.parameterBuffer.values).map { abs($0 - $1) }.max() ?? 0
        #expect(error < 1e-4, "parameters differ by \(error)")
        let moments = try comparison.onDevice.moments()
        #expect(zip(moments.momentum, m).allSatisfy { abs($0 - $1) < 1e-4 })
        #expect(zip(moments.velocity, v).allSatisfy { abs($0 - $1) < 1e-4 })
    }

    @Test func `bursts of any length make the same bits`() throws {
        let one = try trained(comparison(), epochs: 2, burst: 1)
        for burst in [2, 4, 6] { #expect(try trained(comparison(), epochs: 2, burst: burst) == one, "bursts of \(burst)") }
    }

    /// A missing barrier would show as a difference here.
    @Test(arguments: ["order=reversed", "order=random:1", "order=random:2"]) func `any order of threads makes the same bits`(order: String) throws {
        #expect(try trained(comparison(settings: order), epochs: 1, burst: 3) == trained(comparison(settings: "order=forward"), epochs: 1, burst: 3))
    }

    @Test func `rows that do not fit on the device are brought burst by burst`() throws {
        let model = try Model(ModelDescription(parsing: Self.twoHeads), inputShape: [4, 3], seed: 4)
        let whole = try Comparison(model.copy(), capacity: 5, examples: 5000)
        #expect(try whole.deviceExamples().isResident)
        let expected = try trained(whole, epochs: 1, burst: 3)
        let bytes = Int(try Comparison(model.copy(), capacity: 5).fake.statistics.bytes)
        // Room for the model and the rows of a burst beside it, but not for 5,000 rows of 12 inputs.
        let small = try Comparison(model.copy(), capacity: 5, examples: 5000, settings: "memory=\(bytes + 100_000)")
        #expect(try !small.deviceExamples().isResident)
        #expect(try trained(small, epochs: 1, burst: 3) == expected)
    }

    @Test func `evaluation drops nothing out and changes nothing`() throws {
        let comparison = try comparison()
        try comparison.onDevice.evaluate([CUDABurst(try comparison.deviceExamples(), batches: batches.map { $0[...] })])
        for (batch, rows) in batches.enumerated() {
            let losses = try comparison.onHost.run(
                inputs: comparison.inputs, targets: comparison.targets, sampleWeights: comparison.weights, rows: rows[...], step: 0,
                training: false)
            for head in 0..<2 {
                #expect(abs(comparison.onDevice.loss(ofHead: head, inBatch: batch) - losses.heads[head]) < 1e-5)
                let outputs = zip(comparison.onDevice.output(ofHead: head, inBatch: batch), comparison.onHost.output(ofHead: head))
                #expect(outputs.allSatisfy { abs($0 - $1) < 1e-5 })
            }
        }
        let before = Array(comparison.device.parameterBuffer.values)
        try comparison.onDevice.downloadParameters()
        #expect(Array(comparison.device.parameterBuffer.values) == before)
    }

    /// What the optimiser saw of the gradient of a first step: its first moment is a tenth of it.
    private func clipped(_ clipping: CUDAClipping) throws -> (raw: [Float], seen: [Float]) {
        let comparison = try comparison()
        let failed = try comparison.train(
            try comparison.deviceExamples(), batches: [batches[0][...]], step: 0, updates: [Comparison.update(1)], clipping: clipping)
        #expect(failed == nil)
        return (try comparison.onDevice.gradients(), try comparison.onDevice.moments().momentum.map { $0 / Float(1 - 0.9) })
    }

    @Test(arguments: [Float(0.05), 1e6]) func `clipping by norm scales the whole gradient`(maximum: Float) throws {
        let (raw, seen) = try clipped(.norm(maximum))
        let norm = raw.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
        #expect(norm > 0.05 && norm < 1e6)
        let factor = Float(min(1, Double(maximum) / (norm + 1e-6)))
        #expect(zip(raw, seen).allSatisfy { abs($0 * factor - $1) <= 1e-5 * abs($1) + 1e-7 })
    }

    @Test func `clipping by value moves each element into its bounds`() throws {
        let (raw, seen) = try clipped(.value(0.01))
        #expect(raw.contains { abs($0) > 0.01 })
        #expect(zip(raw, seen).allSatisfy { abs(min(max($0, -0.01), 0.01) - $1) < 1e-7 })
    }

    @Test func `after a gradient that is not finite nothing changes`() throws {
        let comparison = try comparison()
        var inputs = comparison.inputs
        inputs.withUnsafeMutableBufferPointer { $0[6 * 12] = .nan }
        let examples = try comparison.onDevice.examples(inputs: inputs, targets: comparison.targets, weights: comparison.weights)
        // Row 6 is in the second batch.
        let failed = try comparison.train(
            examples, batches: batches.map { $0[...] }, step: 0, updates: (1...3).map(Comparison.update), clipping: .none)
        #expect(failed == 1)
        try comparison.onDevice.downloadParameters()
        let values = Array(comparison.device.parameterBuffer.values)
        #expect(values.allSatisfy { $0.isFinite })
        let gradients = try comparison.onDevice.gradients()
        #expect(gradients.contains { !$0.isFinite })
    }

    @Test func `moments and parameters can be set, and go on from there`() throws {
        let whole = try trained(comparison(), epochs: 2, burst: 3)
        let first = try comparison()
        _ = try trained(first, epochs: 1, burst: 3)
        let moments = try first.onDevice.moments()
        let second = try comparison()
        second.device.parameterBuffer.update { flat in _ = flat.update(from: first.device.parameterBuffer.values) }
        try second.onDevice.uploadParameters()
        try second.onDevice.setMoments(moments.momentum, moments.velocity)
        let failed = try second.train(
            try second.deviceExamples(), batches: batches.map { $0[...] }, step: 3, updates: (4...6).map(Comparison.update), clipping: .none)
        #expect(failed == nil)
        try second.onDevice.downloadParameters()
        #expect(Array(second.device.parameterBuffer.values) == whole)
    }

    @Test func `every launch of a step is timed`() throws {
        let comparison = try comparison()
        _ = try trained(comparison, epochs: 1, burst: 3)
        let times = try comparison.onDevice.kernelTimes(count: 2)
        let names = times.map(\.function.name)
        #expect(names.first == "gather" && names.last == "adam" && !names.contains("advance"))
        #expect(names.contains { $0.hasPrefix("lstm_backward") } && names.contains { $0.hasPrefix("gru_forward") })
        #expect(times.allSatisfy { $0.microseconds > 0 && $0.threads > 0 && $0.grid.x > 0 && $0.grid.z == 1 })
    }

    @Test func `kernels that are compiled already are not compiled again`() throws {
        let fake = try FakeCUDA()
        let context = try fake.context()
        let module = try CUDAModule(context)
        fake.set("fail=cuModuleLoadDataEx:209")
        let model = try Model(ModelDescription(parsing: Self.twoHeads), inputShape: [4, 3], seed: 4)
        #expect(throws: CUDAError.self) { try CUDATrainingStep(models: [model], batchCapacity: 4, seeds: [1], on: context) }
        _ = try CUDATrainingStep(models: [model], batchCapacity: 4, seeds: [1], on: context, module: module)
    }

    @Test func `everything is given back`() throws {
        let fake = try FakeCUDA()
        func use() throws {
            let model = try Model(ModelDescription(parsing: Self.twoHeads), inputShape: [4, 3], seed: 4)
            let step = try CUDATrainingStep(models: [model], batchCapacity: 4, seeds: [1], on: fake.context())
            let examples = try step.examples(
                inputs: Tensor(zeros: [4, 4, 3]), targets: [Tensor(zeros: [4, 3]), Tensor(zeros: [4, 1])], weights: [nil, [1, 1, 2, 2]])
            _ = try step.train([CUDABurst(examples, batches: [[1, 2, 3]], updates: [Comparison.update(1)])], clipping: .none)
            #expect(fake.statistics.allocations > 0 && fake.statistics.hostAllocations > 0)
        }
        try use()
        #expect(fake.statistics.allocations == 0 && fake.statistics.hostAllocations == 0)
    }
}
