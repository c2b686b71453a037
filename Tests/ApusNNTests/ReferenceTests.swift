import ApusNN
import ApusTensor
import Testing

/// Values and gradients against Keras and PyTorch, by every kernel variant of this machine.
@Suite struct ReferenceTests {
    static let variants = Kernels.allNames.filter { Kernels(named: $0) != nil }

    /// Float32 sums of up to 630 terms (21 rows of 30 steps), whose order differs between the frameworks: they differ by 6e-7 among themselves.
    static let gradientTolerance = 3e-6
    /// Outputs pass through a few hundred terms at most, bounded by saturating functions.
    static let outputTolerance = 2e-6

    @Test(arguments: ReferenceCase.names, variants)
    func `losses, outputs and gradients equal the references`(name: String, variant: String) throws {
        let reference = try ReferenceCase(name)
        let model = reference.model
        let kernels = try #require(Kernels(named: variant))
        let step = try TrainingStep(model: model, batchCapacity: reference.rows, threads: 2, seed: 0, kernels: kernels)
        let losses = try reference.run(step, training: true)
        #expect(!reference.frameworks.isEmpty)
        for framework in reference.frameworks {
            let expected = try reference.losses(by: framework)
            for (ours, theirs) in zip([losses.total] + losses.heads, expected) { #expect(abs(ours - theirs) <= 2e-6 * max(1, abs(theirs))) }
            for (index, head) in model.heads.enumerated() {
                let error = relativeError(step.output(ofHead: index), try reference.output(head.name, by: framework))
                #expect(error <= Self.outputTolerance, "\(framework) output \(head.name)")
            }
            for parameter in model.parameters {
                let error = relativeError(step.gradient(of: parameter), try reference.gradient(parameter, by: framework))
                #expect(error <= Self.gradientTolerance, "\(framework) gradient of \(parameter.name)")
            }
        }
    }

    @Test(arguments: ReferenceCase.names) func `predictions equal the references, for any number of threads`(name: String) throws {
        let reference = try ReferenceCase(name)
        for threads in [1, 3] {
            let outputs = try reference.model.predict(reference.inputs, threads: threads)
            for (head, output) in zip(reference.model.heads, outputs) {
                #expect(relativeError(output.scalars, try reference.output(head.name, by: reference.frameworks[0])) <= Self.outputTolerance)
            }
        }
    }

    @Test(arguments: ReferenceCase.names) func `evaluation gives the losses of training without dropout`(name: String) throws {
        let reference = try ReferenceCase(name)
        let step = try TrainingStep(model: reference.model, batchCapacity: reference.rows, threads: 1, seed: 0)
        #expect(try reference.run(step, training: false) == reference.run(step, training: true))
    }
}
