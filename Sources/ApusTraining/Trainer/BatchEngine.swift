import ApusNN

/// What the training loop needs of a model on a device: `ModelEngine` is the CPU's, `CUDAEngine` that of a GPU.
package protocol BatchEngine: AnyObject {
    var heads: [BatchHead] { get }
    /// For a person: the name of the GPU, or `CPU`.
    var deviceName: String { get }
    /// The arithmetic that decides the last bits, such as `avx512`: runs on different ones are not bit-equal.
    var arithmetic: String { get }

    /// Batches the engine takes at a time: more than one where a device works on while the host does something else.
    var batchesAtOnce: Int { get }

    /// Trains on one batch after the other, with a step of the optimiser after each.
    ///
    /// - Parameters:
    ///   - rates: the learning rate of each step.
    ///   - clipping: bounds each gradient.
    ///   - ended: called for each batch in order, with its number in the burst; `output(ofHead:)` answers for this batch meanwhile.
    /// - Throws: `BatchFault` for the first batch whose loss or gradient is NaN or infinite; `ended` has been called for those before it.
    func train(
        _ burst: BatchBurst, rates: [Float], optimizer: inout any Optimizer, clipping: GradientClipping?, ended: (Int, BatchLosses) -> Void) throws

    /// The same without training: neither dropout nor a gradient.
    func evaluate(_ burst: BatchBurst, ended: (Int, BatchLosses) -> Void) throws

    /// What the head answered for the last batch, row-major (rows, C); valid until the next.
    func output(ofHead head: Int) -> UnsafeBufferPointer<Float>

    /// Called once before the first batch of a run that is not resumed.
    func begin(_ training: Examples) throws

    /// All parameters in order, without gaps.
    func readWeights() throws -> [Float]
    func writeWeights(_ weights: [Float]) throws
    /// Brings the model's own parameters up to date, where the engine keeps them elsewhere.
    func synchronize() throws
    /// Floats the optimiser sees: the parameters and any gaps of the device's layout.
    var optimizedCount: Int { get }
    /// Optimiser slots without and with those gaps.
    func packed(_ state: OptimizerState) -> OptimizerState
    func unpacked(_ state: OptimizerState) -> OptimizerState

    /// Takes over the state of an optimiser that begins or was restored, where the engine keeps it elsewhere.
    func load(_ optimizer: any Optimizer) throws
    /// Brings an optimiser's state up to date before it is read.
    func store(_ optimizer: inout any Optimizer) throws
}

/// Batches of one set that follow one another.
package struct BatchBurst {
    package let examples: Examples
    /// For each head one weight per row of `examples`, or nil for all 1.
    package let rowWeights: [[Float]?]
    /// Rows of each batch.
    package let batches: [ArraySlice<Int>]
    /// Number of the first step; with the seed, decides what dropout drops.
    package let step: UInt64

    package init(_ examples: Examples, rowWeights: [[Float]?], batches: [ArraySlice<Int>], step: UInt64) {
        self.examples = examples
        self.rowWeights = rowWeights
        self.batches = batches
        self.step = step
    }
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

    init(_ place: NonFiniteError.Place) {
        switch place {
        case .loss(let head): self.init("the loss of head '\(head)' is not finite")
        case .gradient(let parameter): self.init("the gradient of \(parameter) is not finite")
        }
    }
}
