/// An output of the model: the layers from the shared trunk to it, and the loss it is trained with.
public struct Head: Sendable {
    /// Name of the output, of its last layer, and of its losses and metrics.
    public var name: String
    public var loss: Loss
    /// Factor of this loss in the total.
    public var weight: Double
    /// How often an example of target 1 counts in a binary cross-entropy (PyTorch's `pos_weight`); not used by other losses.
    public var positiveWeight: Double
    public var outputBias: OutputBias
    public var layers: [any Layer]

    public init(
        _ name: String, loss: Loss, weight: Double = 1, positiveWeight: Double = 1, outputBias: OutputBias = .zero,
        @LayerBuilder _ layers: () -> [any Layer]
    ) {
        self.init(name, loss: loss, weight: weight, positiveWeight: positiveWeight, outputBias: outputBias, layers: layers())
    }

    init(_ name: String, loss: Loss, weight: Double, positiveWeight: Double, outputBias: OutputBias, layers: [any Layer]) {
        self.name = name
        self.loss = loss
        self.weight = weight
        self.positiveWeight = positiveWeight
        self.outputBias = outputBias
        self.layers = layers
    }

    public static let signature = LayerSignature(
        "Head", summary: "An output with its own layers and loss; all heads read the end of the layers before them.",
        arguments: [
            ArgumentSignature("name", label: nil, .string, summary: "name of the output, its losses and metrics"),
            ArgumentSignature("loss", .choice(Loss.allCases.map(\.rawValue)), summary: "what training minimises"),
            ArgumentSignature("weight", .number(0..<1e9), default: .number(1), summary: "factor of this loss in the total"),
            ArgumentSignature(
                "positiveWeight", .number(1e-9..<1e9), default: .number(1),
                summary: "how often an example of target 1 counts in .binaryCrossEntropy"),
            ArgumentSignature(
                "outputBias", .choice(OutputBias.allCases.map(\.rawValue)), default: .choice(OutputBias.zero.rawValue),
                summary: "targetMean: begin at the mean of the targets, so that a final ReLU does not die"),
        ],
        example: "Head(\"direction\", loss: .crossEntropy, weight: 1.0) { Dense(4, activation: .softmax) }", takesLayers: true)

    init(_ arguments: LayerArguments, layers: [any Layer]) {
        self.init(
            arguments.string("name"), loss: Loss(rawValue: arguments.choice("loss")) ?? .meanSquaredError, weight: arguments.number("weight"),
            positiveWeight: arguments.number("positiveWeight"), outputBias: OutputBias(rawValue: arguments.choice("outputBias")) ?? .zero,
            layers: layers)
    }

    public var arguments: LayerArguments {
        [
            "name": .string(name), "loss": .choice(loss.rawValue), "weight": .number(weight),
            "positiveWeight": .number(positiveWeight), "outputBias": .choice(outputBias.rawValue),
        ]
    }
}
