/// What a PyTorch file holds: tensors, plain values, and containers of them.
public indirect enum TorchValue: Sendable {
    case none
    case bool(Bool)
    case int(Int)
    case double(Double)
    case text(String)
    case tensor(TorchTensor)
    /// A list or a tuple.
    case list([TorchValue])
    /// In the order of the file; keys that are numbers, as optimizers have them, are written as text.
    case dictionary([Entry])
    /// Something that is known to be harmless, of which only the name is kept, such as `torch.device`.
    case other(String)

    public struct Entry: Sendable {
        public let key: String
        public let value: TorchValue

        public init(_ key: String, _ value: TorchValue) {
            self.key = key
            self.value = value
        }
    }

    public subscript(key: String) -> TorchValue? {
        guard case .dictionary(let entries) = self else { return nil }
        return entries.last { $0.key == key }?.value
    }

    /// The tensors that are direct members, by name.
    public var tensors: [(name: String, tensor: TorchTensor)] {
        guard case .dictionary(let entries) = self else { return [] }
        return entries.compactMap { entry in if case .tensor(let tensor) = entry.value { (entry.key, tensor) } else { nil } }
    }
}
