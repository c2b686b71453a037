/// A file of `torch.save` in its zip format (PyTorch 1.6 and later): a state dictionary, or a checkpoint that holds one.
///
/// `<name>/data.pkl` is a pickle of protocol 2 whose tensors are views of the storages `<name>/data/<key>`, raw elements in the order of bytes
/// that `<name>/byteorder` tells. The pickle is read by a machine that carries nothing out (`PickleMachine`). The format is that of
/// torch/serialization.py and caffe2/serialize/inline_container.cc.
public struct TorchFile: Sendable {
    /// What `torch.load` returns.
    public var root: TorchValue
    /// How a model of Apus is built that has this state; PyTorch passes over it.
    public var description: ModelLayers?
    /// The version of the container, such as 3.
    public internal(set) var formatVersion: Int

    public init(root: TorchValue, description: ModelLayers? = nil) {
        self.root = root
        self.description = description
        formatVersion = 3
    }

    /// The state dictionary: the whole file, or that part of a checkpoint which has one of the usual names.
    public var state: [(name: String, tensor: TorchTensor)] {
        for key in ["model_state_dict", "state_dict", "model_state", "model"] {
            if let part = root[key], !part.tensors.isEmpty { return part.tensors }
        }
        return root.tensors
    }

    /// Behind the folder of the archive, where TorchScript keeps additional files too.
    static let descriptionName = "extra/apus.json"
}
