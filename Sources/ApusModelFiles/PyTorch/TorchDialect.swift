import ApusPickle

/// The functions and classes that a PyTorch file may name: those of `torch.load(weights_only=True)` that state dictionaries need.
struct TorchDialect: PickleDialect {
    private static let known: Set<PickleGlobal> =
        [
            .rebuildTensor, .rebuildTensorOfType, .rebuildParameter, .orderedDictionary, .encode, .untypedStorage,
            PickleGlobal("torch.Size"), PickleGlobal("torch.device"),
            // Numbers that NumPy computed, such as the weight of a class.
            .scalar, .dtype,
        ]

    func admit(_ global: PickleGlobal) throws(PickleError) {
        if Self.known.contains(global) { return }
        // `torch.FloatStorage` and `torch.float32` are labels.
        if global.path.hasPrefix("torch."), global.torchName.hasSuffix("Storage") || ElementType(rawValue: global.torchName) != nil { return }
        throw PickleError(
            .forbidden,
            "the file asks for '\(global.path.prefix(120))', which state dictionaries do not need; nothing was loaded or run. "
                + "Save the weights alone: torch.save(model.state_dict(), path)")
    }
}

extension PickleGlobal {
    static let rebuildTensor = PickleGlobal("torch._utils._rebuild_tensor_v2")
    static let rebuildTensorOfType = PickleGlobal("torch._utils._rebuild_tensor_v3")
    static let rebuildParameter = PickleGlobal("torch._utils._rebuild_parameter")
    static let untypedStorage = PickleGlobal("torch.storage.UntypedStorage")

    /// The name in the module `torch`, or the whole path.
    var torchName: String { path.hasPrefix("torch.") ? String(path.dropFirst("torch.".count)) : path }
}
