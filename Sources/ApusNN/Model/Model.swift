public import ApusTensor

/// A trunk of layers and the heads that read its end, with their parameters.
///
/// ```swift
/// let model = try Model(inputShape: [30, 13], seed: 1) {
///     LSTM(32)
///     Head("direction", loss: .crossEntropy) { Dense(4, activation: .softmax) }
/// }
/// ```
/// Rows (examples) have the input shape; a batch is (N, T, F). The same seed gives the same first weights everywhere.
public final class Model {
    /// A layer in its place.
    public struct Node: Sendable {
        /// Keras's automatic name (`lstm_1`, `dense`), or the head's name for its last layer.
        public let name: String
        public let layer: any Layer
        /// Name of the head it belongs to; nil in the trunk.
        public let head: String?
        public let inputShape: [Int]
        public let outputShape: [Int]
        /// Which of `Model.parameters` are its own.
        public let parameters: Range<Int>
        /// Index of the node it reads; nil for the input.
        public let source: Int?

        public var kind: String { layer.kind }
    }

    /// An output of the built model.
    public struct Output: Sendable {
        public let name: String
        public let loss: Loss
        /// Factor of its loss in the total.
        public let weight: Double
        /// See `Head.positiveWeight`.
        public let positiveWeight: Double
        public let outputBias: OutputBias
        /// Shape of one row of the output.
        public let outputShape: [Int]
        /// Index of its last layer in `nodes`.
        public let node: Int
    }

    /// What the model was built from.
    public let declaration: ModelDescription
    public let inputShape: [Int]
    public let seed: UInt64
    /// Layers in order of declaration.
    public let nodes: [Node]
    public let heads: [Output]
    public let parameters: [Parameter]
    /// Memory of all parameters, in their order.
    public let parameterBuffer: ParameterBuffer

    /// Number of trainable values.
    public var parameterCount: Int { parameters.reduce(0) { $0 + $1.count } }

    public convenience init(inputShape: [Int], seed: UInt64, @ModelBuilder _ body: () -> [ModelElement]) throws(ModelError) {
        try self.init(ModelDescription(elements: body()), inputShape: inputShape, seed: seed)
    }

    /// Builds a described model for rows of `inputShape`, with first weights from `seed`.
    /// - Throws: `ModelError` when shapes or arguments do not fit, with the position of the layer where the description has one.
    public init(_ description: ModelDescription, inputShape: [Int], seed: UInt64) throws(ModelError) {
        var plan = ModelPlan()
        try plan.add(description, inputShape: inputShape)
        declaration = description
        self.inputShape = inputShape
        self.seed = seed
        nodes = plan.nodes
        heads = plan.outputs
        let declarations = plan.parameters
        let buffer = ParameterBuffer(counts: declarations.map { Tensor.count(of: $0.shape) })
        parameterBuffer = buffer
        parameters = zip(declarations, buffer.slots).map { declaration, slot in
            Parameter(name: declaration.name, shape: declaration.shape, initializer: declaration.initializer, slot: slot, buffer: buffer)
        }
        for (index, parameter) in parameters.enumerated() {
            parameter.initializer.values(shape: parameter.shape, seed: seed, parameter: index).withUnsafeBufferPointer { parameter.write($0) }
        }
    }

    /// An independent model with the same weights.
    public func copy() -> Model {
        // What has been built once can be built again.
        guard let model = try? Model(declaration, inputShape: inputShape, seed: seed) else { preconditionFailure("a built model is valid") }
        model.parameterBuffer.update { flat in _ = flat.update(from: parameterBuffer.values) }
        return model
    }
}
