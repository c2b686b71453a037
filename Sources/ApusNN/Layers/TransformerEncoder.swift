public import ApusTensor

/// One encoder layer of a transformer with the norms behind the residual sums (Vaswani et al. 2017), PyTorch's `TransformerEncoderLayer`.
///
/// a = LayerNorm(x + dropout(attention(x))); y = LayerNorm(a + dropout(W₂ dropout(f(W₁ a + b₁)) + b₂)), for x (N, T, F).
/// Parameters in PyTorch's order: attention (see `MultiHeadAttention`), the two dense layers, the two norms.
public struct TransformerEncoder: Layer {
    public var heads: Int
    /// Features of the hidden layer between W₁ and W₂.
    public var hidden: Int
    /// Share dropped of the attention weights, of both branches, and behind the activation.
    public var dropout: Double
    /// f, `.relu` or `.gelu`.
    public var activation: Activation
    /// ε of the norms.
    public var epsilon: Double

    public init(heads: Int, hidden: Int, dropout: Double = 0, activation: Activation = .relu, epsilon: Double = 1e-5) {
        self.heads = heads
        self.hidden = hidden
        self.dropout = dropout
        self.activation = activation
        self.epsilon = epsilon
    }

    public static let signature = LayerSignature(
        "TransformerEncoder", summary: "Self-attention and a two-layer network over each step, each with a residual sum and a norm behind it.",
        arguments: [
            ArgumentSignature("heads", .integer(1...1024), summary: "number of attention heads, a divisor of the features"),
            ArgumentSignature("hidden", .integer(1...65_536), summary: "features of the hidden layer"),
            ArgumentSignature("dropout", .number(0..<1), default: .number(0), summary: "share of elements dropped in training"),
            ArgumentSignature(
                "activation", .choice([Activation.relu, .gelu].map(\.rawValue)), default: .choice(Activation.relu.rawValue),
                summary: "function applied to the hidden layer"),
            ArgumentSignature("epsilon", .number(1e-12..<1), default: .number(1e-5), summary: "added to the variance in the norms"),
        ],
        example: "TransformerEncoder(heads: 4, hidden: 512, dropout: 0.1)")

    public init(_ arguments: LayerArguments) {
        self.init(
            heads: arguments.integer("heads"), hidden: arguments.integer("hidden"), dropout: arguments.number("dropout"),
            activation: Activation(rawValue: arguments.choice("activation")) ?? .relu, epsilon: arguments.number("epsilon"))
    }

    public var arguments: LayerArguments {
        [
            "heads": .integer(heads), "hidden": .integer(hidden), "dropout": .number(dropout), "activation": .choice(activation.rawValue),
            "epsilon": .number(epsilon),
        ]
    }

    private var attention: MultiHeadAttention { MultiHeadAttention(heads: heads, dropout: dropout) }

    public func outputShape(for input: [Int]) throws(ShapeError) -> [Int] { try attention.outputShape(for: input) }

    public func parameters(for input: [Int]) -> [ParameterDeclaration] {
        let features = input[1]
        let ofAttention = attention.parameters(for: input).map {
            ParameterDeclaration(name: "attention_\($0.name)", shape: $0.shape, initializer: $0.initializer)
        }
        return ofAttention + [
            ParameterDeclaration(name: "hidden_kernel", shape: [features, hidden], initializer: .glorotUniform),
            ParameterDeclaration(name: "hidden_bias", shape: [hidden], initializer: .zeros),
            ParameterDeclaration(name: "output_kernel", shape: [hidden, features], initializer: .glorotUniform),
            ParameterDeclaration(name: "output_bias", shape: [features], initializer: .zeros),
            ParameterDeclaration(name: "attention_gamma", shape: [features], initializer: .ones),
            ParameterDeclaration(name: "attention_beta", shape: [features], initializer: .zeros),
            ParameterDeclaration(name: "output_gamma", shape: [features], initializer: .ones),
            ParameterDeclaration(name: "output_beta", shape: [features], initializer: .zeros),
        ]
    }

    public func record(on tape: inout TapeRecorder, input: Value, parameters p: [ParameterSlot], index: Int) -> Value {
        let (rate, epsilon) = (Float(dropout), Float(epsilon))
        // Numbers of the layer's four dropouts: the attention's is the layer's own, the others lie beyond any model's layers.
        func key(_ part: Int) -> Int { index | part << 24 }
        let attended = tape.dropout(attention.record(on: &tape, input: input, parameters: Array(p[0..<4]), index: index), rate: rate, layer: key(1))
        let middle = tape.layerNorm(input, adding: attended, gain: p[8], shift: p[9], epsilon: epsilon)
        // A model is not built with any other activation.
        let inner = tape.dense(middle, kernel: p[4], bias: p[5], units: hidden, activation: activation == .gelu ? .linear : .relu)
        let wide = tape.dropout(activation == .gelu ? tape.gelu(inner) : inner, rate: rate, layer: key(2))
        let narrow = tape.dropout(
            tape.dense(wide, kernel: p[6], bias: p[7], units: input.features, activation: .linear), rate: rate, layer: key(3))
        return tape.layerNorm(middle, adding: narrow, gain: p[10], shift: p[11], epsilon: epsilon)
    }
}
