/// What the training loop needs of a model on a device. The CPU engine is behind it; another device is another conformer.
package protocol BatchEngine: AnyObject {
    var heads: [BatchHead] { get }
    /// The arithmetic that decides the last bits, such as `avx512`: runs on different ones are not bit-equal.
    var arithmetic: String { get }

    /// Runs the model on rows of `examples` and, when training, leaves the gradient of the total loss.
    ///
    /// - Parameters:
    ///   - weights: for each head one weight per row of `examples`, or nil for all 1.
    ///   - step: with the seed, decides what dropout drops.
    /// - Throws: `BatchFault` when a loss or a gradient is NaN or infinite.
    func run(_ examples: Examples, weights: [[Float]?], rows: ArraySlice<Int>, step: UInt64, training: Bool) throws -> BatchLosses

    /// What the head answered in the last `run`, row-major (rows, C); valid until the next.
    func output(ofHead head: Int) -> UnsafeBufferPointer<Float>

    /// Lets the optimiser change the parameters by the gradient of the last `run`, clipped where wanted.
    func update(_ optimizer: inout any Optimizer, clipping: GradientClipping?)

    /// Called once before the first batch of a run that is not resumed.
    func begin(_ training: Examples) throws

    /// All parameters in order, without gaps.
    var weights: [Float] { get set }
    /// Floats the optimiser sees: the parameters and any gaps of the device's layout.
    var optimizedCount: Int { get }
    /// Optimiser slots without and with those gaps.
    func packed(_ state: OptimizerState) -> OptimizerState
    func unpacked(_ state: OptimizerState) -> OptimizerState
}

/// One output of the model and what it is trained for.
package struct BatchHead: Equatable, Sendable {
    package enum Kind: Equatable, Sendable {
        /// Softmax over classes, scored by cross-entropy.
        case classes
        /// Numbers, scored by a squared error.
        case numbers
    }
    package let name: String
    package let kind: Kind
    /// Values a row, C.
    package let outputs: Int
    /// Whether targets lie between 0 and 1, as a binary cross-entropy has them.
    package let isBinary: Bool

    package init(name: String, kind: Kind, outputs: Int, isBinary: Bool = false) {
        self.name = name
        self.kind = kind
        self.outputs = outputs
        self.isBinary = isBinary
    }
}

/// Losses of a batch: means over its rows with row weights, as Keras's `sum_over_batch_size`.
package struct BatchLosses {
    /// Sum of the heads' losses times the heads' weights.
    package var total: Double
    /// Of each head, before its weight.
    package var heads: [Double]

    package init(total: Double, heads: [Double]) {
        self.total = total
        self.heads = heads
    }
}

/// What is not finite, as part of a sentence: "the loss of head 'direction' is NaN".
package struct BatchFault: Error, Equatable {
    package let what: String

    package init(_ what: String) { self.what = what }
}
