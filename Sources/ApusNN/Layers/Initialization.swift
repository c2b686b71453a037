/// Whose first weights a layer begins with; for what it has learned later it makes no difference.
public enum Initialization: String, Sendable, CaseIterable {
    /// Glorot uniform kernels, orthogonal recurrent kernels, zero biases and a forget bias of 1.
    case keras
    /// Everything uniform in ±1 / √n, where n is the size of the state of a recurrent layer and the number of inputs of a dense one: outputs
    /// begin small, which suits small targets. PyTorch's two biases of an LSTM are one here.
    case pytorch

    static let argument = ArgumentSignature(
        "initialization", .choice(Initialization.allCases.map(\.rawValue)), default: .choice(Initialization.keras.rawValue),
        summary: "whose first weights: Keras's or PyTorch's")

    init(_ arguments: LayerArguments) { self = Initialization(rawValue: arguments.choice("initialization")) ?? .keras }

    /// The declaration as it is, or with PyTorch's values for a layer of `count` units or inputs.
    func apply(_ declarations: [ParameterDeclaration], count: Int) -> [ParameterDeclaration] {
        guard self == .pytorch else { return declarations }
        let initializer = Initializer.uniform(limit: 1 / Float(count).squareRoot())
        return declarations.map { ParameterDeclaration(name: $0.name, shape: $0.shape, initializer: initializer) }
    }
}
