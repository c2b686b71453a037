import ApusCUDAEngine
import ApusNN
import ApusTensor
import CUDATestSupport
import TestSupport
import Testing

/// Models that train at the same time, each with weights, examples, masks and steps of its own.
@Suite struct SideBySideTests {
    fileprivate struct Run {
        let model: Model
        let inputs: Tensor
        let targets: [Tensor]
        /// Rows of each batch.
        let batches: [[Int]]
        let seed: UInt64

        init(_ number: Int, rows: Int) throws {
            var numbers = SeededGenerator(seed: UInt64(number))
            model = try Model(ModelDescription(parsing: TrainingTests.twoHeads), inputShape: [4, 3], seed: UInt64(number))
            inputs = Tensor(shape: [rows, 4, 3], (0..<rows * 12).map { _ in numbers.signed() })
            let labels = (0..<rows).flatMap { row in (0..<3).map { $0 == row % 3 ? Float(1) : 0 } }
            targets = [Tensor(shape: [rows, 3], labels), Tensor(shape: [rows, 1], (0..<rows).map { _ in numbers.signed() })]
            let order = Array(0..<rows).shuffled(using: &numbers)
            batches = stride(from: 0, to: rows, by: 5).map { Array(order[$0..<min($0 + 5, rows)]) }
            seed = UInt64(number) * 7
        }

        func burst(_ step: CUDATrainingStep, evaluates: Bool = false) throws -> CUDABurst {
            let examples = try step.examples(inputs: inputs, targets: targets, weights: [nil, (0..<inputs.shape[0]).map { Float(1 + $0 % 2) }])
            return CUDABurst(
                examples, batches: batches.map { $0[...] }, step: seed, updates: evaluates ? [] : batches.indices.map { Comparison.update($0 + 1) })
        }
    }

    /// Parameters and the losses of the second head after a burst of training.
    private func results(_ step: CUDATrainingStep, _ run: Run, model: Int) throws -> ([Float], [Double]) {
        let losses = run.batches.indices.map { step.loss(ofHead: 1, inBatch: $0, ofModel: model) }
        try step.downloadParameters(ofModel: model)
        return (Array(step.models[model].parameterBuffer.values), losses)
    }

    @Test func `side by side each model has the bits it has alone`() throws {
        let fake = try FakeCUDA()
        // Different numbers of steps: the shorter ones rest at the end.
        let runs = try [(1, 23), (2, 9), (3, 16)].map { try Run($0.0, rows: $0.1) }
        let together = try CUDATrainingStep(
            models: runs.map { $0.model.copy() }, batchCapacity: 5, seeds: runs.map(\.seed), on: fake.context())
        #expect(try together.train(runs.map { try $0.burst(together) }, clipping: .norm(0.5)) == [nil, nil, nil])
        for (number, run) in runs.enumerated() {
            let alone = try CUDATrainingStep(models: [run.model], batchCapacity: 5, seeds: [run.seed], on: fake.context())
            #expect(try alone.train([try run.burst(alone)], clipping: .norm(0.5)) == [nil])
            let (expected, found) = (try results(alone, run, model: 0), try results(together, run, model: number))
            #expect(found.0 == expected.0)
            #expect(found.1 == expected.1)
        }
    }

    @Test func `a model that rests does not change`() throws {
        let runs = try [(1, 12), (2, 12)].map { try Run($0.0, rows: $0.1) }
        let step = try CUDATrainingStep(
            models: runs.map { $0.model.copy() }, batchCapacity: 5, seeds: [1, 2], on: FakeCUDA().context())
        #expect(try step.train([nil, try runs[1].burst(step)], clipping: .none) == [nil, nil])
        try step.evaluate([try runs[0].burst(step, evaluates: true), nil])
        #expect(step.loss(ofHead: 0, inBatch: 2, ofModel: 0).isFinite)
        for model in 0..<2 { try step.downloadParameters(ofModel: model) }
        #expect(Array(step.models[0].parameterBuffer.values) == Array(runs[0].model.parameterBuffer.values))
        #expect(Array(step.models[1].parameterBuffer.values) != Array(runs[1].model.parameterBuffer.values))
        #expect(try step.moments(ofModel: 0).momentum.allSatisfy { $0 == 0 })
    }

    @Test func `a gradient that is not finite stops its own model only`() throws {
        let good = try Run(1, rows: 12)
        var bad = try Run(2, rows: 12)
        var inputs = bad.inputs
        inputs.withUnsafeMutableBufferPointer { $0[bad.batches[1][0] * 12] = .infinity }
        bad = Run(bad, inputs: inputs)
        let step = try CUDATrainingStep(models: [good.model, bad.model], batchCapacity: 5, seeds: [1, 2], on: FakeCUDA().context())
        #expect(try step.train([try good.burst(step), try bad.burst(step)], clipping: .none) == [nil, 1])
        for model in 0..<2 {
            try step.downloadParameters(ofModel: model)
            #expect(Array(step.models[model].parameterBuffer.values).allSatisfy { $0.isFinite })
        }
    }
}

extension SideBySideTests.Run {
    fileprivate init(_ run: Self, inputs: Tensor) {
        model = run.model
        self.inputs = inputs
        targets = run.targets
        batches = run.batches
        seed = run.seed
    }
}
