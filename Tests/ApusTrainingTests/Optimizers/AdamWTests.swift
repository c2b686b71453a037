import ApusTraining
import TestSupport
import Testing

/// Reference: Tests/References/training_adamw.py (PyTorch).
@Suite struct AdamWTests {
    private func run(_ optimizer: inout AdamW, _ parameters: inout [Float], _ gradients: [Float], rate: Float) {
        optimizer.learningRate = rate
        parameters.withUnsafeMutableBufferPointer { parameters in
            gradients.withUnsafeBufferPointer { optimizer.update(parameters, gradients: $0) }
        }
    }

    @Test func `200 steps end where those of PyTorch end`() throws {
        let fixture = try Fixture.json("adamw.json")
        var parameters = try fixture.get("start").floats()
        let start = parameters.map(Double.init)
        let gradients = try fixture.get("gradients").floats()
        let after = try fixture.get("after").list()
        var optimizer = AdamW(weightDecay: try fixture.get("decay").number())
        var checked = 0
        for (step, rate) in try fixture.get("rates").floats().enumerated() {
            run(&optimizer, &parameters, Array(gradients[(step * start.count)..<((step + 1) * start.count)]), rate: rate)
            guard let reference = try after.first(where: { try $0.get("step").int == step + 1 }) else { continue }
            for (peer, tolerance) in [("float32", 2e-3), ("float64", 1e-3)] {
                // The distance travelled, not the position: a wrong epsilon, decay or bias correction shows only there.
                let moved = zip(parameters, start).map { Double($0) - $1 }
                let expected = zip(try reference.get(peer).doubles(), start).map { $0 - $1 }
                // Positions of size 2 are rounded twice a step, to 1.2e-7; PyTorch in Float32 also rounds 1 - ηλ, to 3e-8 of 5e-5.
                #expect(relativeError(moved, expected, floor: 1e-2) < tolerance, "step \(step + 1), \(peer)")
            }
            checked += 1
        }
        #expect(checked == after.count)
        #expect(abs(parameters[5]) < 0.995 * abs(Float(start[5])), "a parameter without gradient decays")
    }

    @Test func `without decay only the place of epsilon tells it from Adam`() {
        var numbers = SeededGenerator(seed: 8)
        var (a, b) = ([Float](repeating: 1, count: 10), [Float](repeating: 1, count: 10))
        var optimizer = AdamW(weightDecay: 0, epsilon: 0)
        var adam = Adam(epsilon: 0)
        for _ in 0..<20 {
            let gradient = (0..<10).map { _ in numbers.signed() }
            run(&optimizer, &a, gradient, rate: 0.01)
            b.withUnsafeMutableBufferPointer { b in
                adam.learningRate = 0.01
                gradient.withUnsafeBufferPointer { adam.update(b, gradients: $0) }
            }
        }
        #expect(zip(a, b).allSatisfy { abs($0 - $1) < 1e-6 })
    }

    @Test func `a restored state goes on with the same bits, and another model's is refused`() throws {
        var numbers = SeededGenerator(seed: 7)
        let gradients = (0..<20).map { _ in (0..<10).map { _ in numbers.signed() } }
        var whole = [Float](repeating: 1, count: 10)
        var optimizer = AdamW()
        for gradient in gradients { run(&optimizer, &whole, gradient, rate: 0.01) }
        var parts = [Float](repeating: 1, count: 10)
        var first = AdamW()
        for gradient in gradients[..<7] { run(&first, &parts, gradient, rate: 0.01) }
        var second = AdamW()
        try second.restore(first.state, parameterCount: 10)
        for gradient in gradients[7...] { run(&second, &parts, gradient, rate: 0.01) }
        #expect(parts.map(\.bitPattern) == whole.map(\.bitPattern))
        #expect(throws: OptimizerStateError.self) { try second.restore(first.state, parameterCount: 11) }
    }
}
