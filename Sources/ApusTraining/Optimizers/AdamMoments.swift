/// What `Adam` and `AdamW` remember: the number of updates and the two moments, one float per parameter each.
struct AdamMoments: Sendable {
    private(set) var iterations: UInt64 = 0
    private var momentum: [Float] = []
    private var velocity: [Float] = []

    func state(learningRate: Float) -> OptimizerState {
        OptimizerState(
            learningRate: learningRate, iterations: iterations, slots: momentum.isEmpty ? [:] : ["momentum": momentum, "velocity": velocity])
    }

    /// - Throws: `OptimizerStateError` when it is not the state of an Adam over `parameterCount` parameters.
    init(_ state: OptimizerState, parameterCount: Int, settings: String) throws(OptimizerStateError) {
        let momentum = state.slots["momentum"] ?? []
        let velocity = state.slots["velocity"] ?? []
        let untouched = state.iterations == 0 && state.slots.isEmpty
        guard untouched || (state.slots.count == 2 && momentum.count == parameterCount && velocity.count == parameterCount) else {
            throw OptimizerStateError(optimizer: settings, expected: ["momentum", "velocity"], parameterCount: parameterCount, found: state)
        }
        iterations = state.iterations
        self.momentum = momentum
        self.velocity = velocity
    }

    init() {}

    /// Counts an update; its number from 1.
    mutating func nextIteration() -> Double {
        iterations += 1
        return Double(iterations)
    }

    /// Lends the moments of `count` parameters, which are zero before the first update.
    mutating func lend(count: Int, _ body: (_ m: UnsafeMutableBufferPointer<Float>, _ v: UnsafeMutableBufferPointer<Float>) -> Void) {
        if momentum.isEmpty {
            momentum = [Float](repeating: 0, count: count)
            velocity = momentum
        }
        precondition(count == momentum.count, "an optimiser belongs to one model")
        momentum.withUnsafeMutableBufferPointer { momentum in
            velocity.withUnsafeMutableBufferPointer { velocity in body(momentum, velocity) }
        }
    }
}
