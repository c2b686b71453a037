import ApusTraining
import TestSupport
import Testing

/// Reference: Tests/References/training_adam.py (Keras and PyTorch).
@Suite struct AdamTests {
    private func run(_ adam: inout Adam, _ parameters: inout [Float], _ gradients: [Float], rate: Float) {
        adam.learningRate = rate
        parameters.withUnsafeMutableBufferPointer { parameters in
            gradients.withUnsafeBufferPointer { adam.update(parameters, gradients: $0) }
        }
    }

    @Test func `200 steps end where those of Keras and PyTorch end`() throws {
        let fixture = try Fixture.json("adam.json")
        var parameters = try fixture.get("start").floats()
        let start = parameters.map(Double.init)
        let gradients = try fixture.get("gradients").floats()
        let rates = try fixture.get("rates").floats()
        let after = try fixture.get("after").list()
        var adam = Adam()
        var checked = 0
        for (step, rate) in rates.enumerated() {
            run(&adam, &parameters, Array(gradients[(step * start.count)..<((step + 1) * start.count)]), rate: rate)
            guard let reference = try after.first(where: { try $0.get("step").int == step + 1 }) else { continue }
            // PyTorch corrects the bias in Float64 as we do, Keras in Float32.
            for (peer, tolerance) in [("keras", 5e-4), ("torch", 3e-5)] {
                // The distance travelled, not the position: a wrong epsilon or bias correction shows only there.
                let moved = zip(parameters, start).map { Double($0) - $1 }
                let expected = zip(try reference.get(peer).floats(), start).map { Double($0) - $1 }
                #expect(relativeError(moved, expected, floor: 1e-3) < tolerance, "step \(step + 1), \(peer)")
            }
            checked += 1
        }
        #expect(checked == after.count)
        #expect(parameters[5] == Float(start[5]), "a parameter without gradient stays")
    }

    @Test func `a restored state goes on with the same bits`() throws {
        var numbers = SeededGenerator(seed: 7)
        let gradients = (0..<20).map { _ in (0..<10).map { _ in numbers.signed() } }
        var whole = [Float](repeating: 1, count: 10)
        var adam = Adam()
        for gradient in gradients { run(&adam, &whole, gradient, rate: 0.01) }

        var parts = [Float](repeating: 1, count: 10)
        var first = Adam()
        for gradient in gradients[..<7] { run(&first, &parts, gradient, rate: 0.01) }
        var second = Adam()
        try second.restore(first.state, parameterCount: 10)
        for gradient in gradients[7...] { run(&second, &parts, gradient, rate: 0.01) }
        #expect(parts.map(\.bitPattern) == whole.map(\.bitPattern))
        #expect(second.state == adam.state)
    }

    @Test func `a state of another model is refused`() {
        var adam = Adam()
        #expect(throws: OptimizerStateError.self) {
            try adam.restore(OptimizerState(learningRate: 1, iterations: 1, slots: ["momentum": [0], "velocity": [0]]), parameterCount: 2)
        }
        #expect(throws: OptimizerStateError.self) {
            try adam.restore(OptimizerState(learningRate: 1, iterations: 1, slots: ["accumulator": [0, 0]]), parameterCount: 2)
        }
    }
}
