public import ApusTensor

/// A fully connected layer over the last axis: f(x W + b).
///
/// Parameters: kernel (F, units) Glorot uniform, bias (units) zero. A sequence (N, T, F) is mapped step by step.
public struct Dense: Layer {
    public var units: Int
    public var activation: Activation
    public var initialization: Initialization

    public init(_ units: Int, activation: Activation = .linear, initialization: Initialization = .keras) {
        self.units = units
        self.activation = activation
        self.initialization = initialization
    }

    public static let signature = LayerSignature(
        "Dense", summary: "Fully connected layer, activation(x W + b), over the last axis.",
        arguments: [
            ArgumentSignature("units", label: nil, .integer(1...65_536), summary: "number of outputs"),
            ArgumentSignature(
                "activation", .choice(Activation.allCases.map(\.rawValue)), default: .choice(Activation.linear.rawValue),
                summary: "function applied to the outputs"),
            Initialization.argument,
        ],
        example: "Dense(16, activation: .relu)")

    public init(_ arguments: LayerArguments) {
        self.init(
            arguments.integer("units"), activation: Activation(rawValue: arguments.choice("activation")) ?? .linear,
            initialization: Initialization(arguments))
    }

    public var arguments: LayerArguments {
        ["units": .integer(units), "activation": .choice(activation.rawValue), "initialization": .choice(initialization.rawValue)]
    }

    public func outputShape(for input: [Int]) throws(ShapeError) -> [Int] { input.dropLast() + [units] }

    public func parameters(for input: [Int]) -> [ParameterDeclaration] {
        let inputs = input[input.count - 1]
        let declarations = [
            ParameterDeclaration(name: "kernel", shape: [inputs, units], initializer: .glorotUniform),
            ParameterDeclaration(name: "bias", shape: [units], initializer: .zeros),
        ]
        return initialization.apply(declarations, count: inputs)
    }

    public func record(on tape: inout TapeRecorder, input: Value, parameters: [ParameterSlot], index: Int) -> Value {
        let output = tape.dense(
            input, kernel: parameters[0], bias: parameters[1], units: units,
            activation: ElementwiseActivation(rawValue: activation.rawValue) ?? .linear)
        switch activation {
        case .gelu: return tape.gelu(output)
        case .softmax: return tape.softmax(output)
        case .sigmoid: return tape.sigmoid(output)
        case .linear, .relu, .tanh: return output
        }
    }
}
