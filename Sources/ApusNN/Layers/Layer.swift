public import ApusTensor

/// One layer of a model as it is declared: a value with its settings, without memory.
///
/// A model asks each layer for the shape it makes, declares its parameters, and records its operations on a tape.
public protocol Layer: Sendable {
    /// Name, arguments and documentation, shared by the Swift initialiser, the `%%build` body and its completion.
    static var signature: LayerSignature { get }

    /// The layer with the arguments of a call that has been checked against `signature`.
    init(_ arguments: LayerArguments)

    /// The settings by argument name.
    var arguments: LayerArguments { get }

    /// Shape of one row of the output.
    /// - Throws: `ShapeError` when the layer cannot take rows of this shape.
    func outputShape(for input: [Int]) throws(ShapeError) -> [Int]

    /// Parameters in Keras's order.
    func parameters(for input: [Int]) -> [ParameterDeclaration]

    /// Records the layer's operations.
    /// - Parameters:
    ///   - parameters: where the declared parameters lie.
    ///   - index: number of the layer in the model, which keys its random numbers.
    func record(on tape: inout TapeRecorder, input: Value, parameters: [ParameterSlot], index: Int) -> Value
}

extension Layer {
    public func parameters(for input: [Int]) -> [ParameterDeclaration] { [] }

    /// The class name, which is Keras's too.
    public var kind: String { Self.signature.name }

    /// The call that declares this layer, without arguments that have their default: `LSTM(64, returnsSequences: true)`.
    public var call: String { Self.signature.call(arguments) }
}

/// Why a layer cannot take an input, and what to do.
public struct ShapeError: Error, Sendable, Equatable, CustomStringConvertible {
    public let description: String

    public init(_ description: String) { self.description = description }

    /// Throws unless `input` is the shape (steps, features); `layer` names the reader.
    static func requireSequence(_ input: [Int], _ layer: String) throws(ShapeError) {
        if input.count == 2 { return }
        throw ShapeError(
            "\(layer) reads a sequence (steps, features), but its input is \(shapeText(input)); "
                + "if the layer before it is recurrent, give that one returnsSequences: true")
    }
}

/// A parameter before it has memory.
public struct ParameterDeclaration: Sendable {
    /// Keras's name within the layer, such as `kernel`.
    public let name: String
    public let shape: [Int]
    public let initializer: Initializer

    public init(name: String, shape: [Int], initializer: Initializer) {
        self.name = name
        self.shape = shape
        self.initializer = initializer
    }
}
