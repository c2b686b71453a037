public import ApusTensor

/// Turns gradients into new parameter values.
///
/// Parameters and gradients are the model's flat buffers (P floats, same order), so one call updates a whole model. Conformers are value
/// types: a copy is a snapshot, and `state` holds all that a later process needs to go on with the same bits.
public protocol Optimizer: Sendable {
    /// The step size of the next update; callbacks change it during training.
    var learningRate: Float { get set }

    /// Name and constants, as written in a program: what must be equal for a run to be resumed.
    var settings: String { get }

    /// Learning rate, number of updates and moments.
    var state: OptimizerState { get }

    /// Goes back to a `state` exported before.
    ///
    /// - Throws: `OptimizerStateError` when it is not the state of this optimiser over `parameterCount` parameters.
    mutating func restore(_ state: OptimizerState, parameterCount: Int) throws

    /// One update in place. The first call decides the number of parameters; later calls must keep it.
    ///
    /// - Parameter pool: threads that may share the work; the result does not depend on them.
    mutating func update(_ parameters: UnsafeMutableBufferPointer<Float>, gradients: UnsafeBufferPointer<Float>, pool: ThreadPool?)

    /// Counts the next update and gives it as numbers, for a device that keeps the moments and computes the update itself; nil when the
    /// optimiser is none of Adam's kind.
    mutating func nextStep() -> AdamStep?
}

extension Optimizer {
    public mutating func nextStep() -> AdamStep? { nil }

    /// One update on the caller's thread.
    public mutating func update(_ parameters: UnsafeMutableBufferPointer<Float>, gradients: UnsafeBufferPointer<Float>) {
        update(parameters, gradients: gradients, pool: nil)
    }
}

/// What an optimiser remembers between updates.
public struct OptimizerState: Equatable, Sendable {
    public var learningRate: Float
    /// Updates done so far.
    public var iterations: UInt64
    /// Moments and the like by name, each of one float per parameter, or empty before the first update.
    public var slots: [String: [Float]]

    public init(learningRate: Float, iterations: UInt64 = 0, slots: [String: [Float]] = [:]) {
        self.learningRate = learningRate
        self.iterations = iterations
        self.slots = slots
    }
}

/// A state that does not belong to the optimiser it was given to.
public struct OptimizerStateError: Error, Equatable, Sendable, CustomStringConvertible {
    public let description: String

    init(optimizer: String, expected: [String], parameterCount: Int, found: OptimizerState) {
        let slots = found.slots.sorted { $0.key < $1.key }.map { "\($0.key) (\($0.value.count))" }.joined(separator: ", ")
        description =
            "The saved optimiser state does not fit \(optimizer): expected \(expected.joined(separator: " and ")) of \(parameterCount) floats each, "
            + "found \(slots.isEmpty ? "nothing" : slots)."
    }
}
