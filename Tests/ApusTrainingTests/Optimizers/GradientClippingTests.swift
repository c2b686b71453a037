import ApusTensor
import ApusTraining
import TestSupport
import Testing

/// Reference: Tests/References/training_clipping.py (PyTorch).
@Suite struct GradientClippingTests {
    private func clip(_ gradient: [Float], _ clipping: GradientClipping, _ kernels: Kernels = .best) -> (after: [Float], norm: Double?) {
        var gradient = gradient
        let norm = gradient.withUnsafeMutableBufferPointer { clipping.clip($0, kernels: kernels) }
        return (gradient, norm)
    }

    @Test(arguments: [GradientClipping.norm(0.5), .norm(20), .norm(10_000), .value(0.01), .value(1)])
    func `clipped gradients are those of PyTorch`(clipping: GradientClipping) throws {
        let fixture = try Fixture.json("clipping.json")
        let gradient = try fixture.get("gradients").floats()
        let name = if case .norm = clipping { "norm" } else { "value" }
        let maximum = clipping.maximum == 10_000 ? "10000.0" : "\(clipping.maximum)"
        let reference = try fixture.get("cases").get("\(name) \(maximum)")
        let (after, norm) = clip(gradient, clipping)
        // PyTorch sums the squares and divides in Float32.
        #expect(relativeError(after.map(Double.init), try reference.get("after").doubles()) < 1e-6)
        if let norm { #expect(relativeError([norm], [try reference.get("norm").number()]) < 1e-6) }
        #expect((after == gradient) == (clipping.maximum == 10_000))
    }

    @Test func `the norm of a long gradient is its norm, by every kernel with the same bits`() throws {
        var numbers = SeededGenerator(seed: 6)
        let gradient = (0..<70_001).map { _ in numbers.signed() * 1e15 }
        let exact = gradient.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
        let reference = clip(gradient, .norm(1e10))
        #expect(relativeError([try #require(reference.norm)], [exact]) < 1e-12)
        for kernels in Kernels.allNames.compactMap({ Kernels(named: $0) }) {
            #expect(clip(gradient, .norm(1e10), kernels) == reference, "\(kernels.name)")
            #expect(clip(gradient, .value(3e14), kernels).after == gradient.map { min(max($0, -3e14), 3e14) }, "\(kernels.name)")
        }
    }

    @Test func `a gradient of zeros stays`() {
        #expect(clip([0, 0, 0], .norm(1)).after == [0, 0, 0])
        #expect(clip([], .norm(1)).norm == 0)
    }
}
