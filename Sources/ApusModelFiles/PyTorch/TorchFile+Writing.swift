import ApusJSON
import ApusPickle
import ApusSystem
import ApusZip

extension TorchFile {
    /// Writes the file, all tensors as float32, so that `torch.load(path, weights_only=True)` reads it; replaces one that is there only once
    /// the new one is complete.
    public func write(to path: String) throws(ModelFileError) {
        let bytes = try namingFile(path) { () throws(ModelFileError) in try encoded() }
        try FileBytes.replace(path, with: bytes)
    }

    package func encoded() throws(ModelFileError) -> [UInt8] {
        var writer = TorchPickleWriter()
        try writer.write(root)
        var bytes: [UInt8] = []
        var archive = ZipWriter<Never> { bytes.append(contentsOf: $0) }
        archive.add("archive/data.pkl", writer.finished(), alignment: Self.alignment)
        archive.add("archive/byteorder", Array("little".utf8), alignment: Self.alignment)
        for (key, storage) in writer.storages.enumerated() {
            storage.withUnsafeBytes { archive.add("archive/data/\(key)", pieces: [$0], alignment: Self.alignment) }
        }
        if let description {
            let json: JSON = ["layers": .string(description.body), "input_shape": .array(description.inputShape.map(JSON.int))]
            archive.add("archive/\(Self.descriptionName)", Array(json.text().utf8), alignment: Self.alignment)
        }
        archive.add("archive/version", Array("3\n".utf8), alignment: Self.alignment)
        archive.finish()
        return bytes
    }

    /// As PyTorch aligns, so that its memory map of a file finds the elements in place.
    private static let alignment = 64
}

/// Writes values in the forms that every PyTorch since 1.6 reads, with `weights_only` since 1.13.
private struct TorchPickleWriter {
    private var pickle = PickleWriter(protocol: 2)
    /// Elements by number of the storage.
    private(set) var storages: [[Float]] = []

    mutating func finished() -> [UInt8] {
        pickle.opcode(.stop)
        return pickle.bytes
    }

    mutating func write(_ value: TorchValue) throws(ModelFileError) {
        switch value {
        case .none: pickle.opcode(.none)
        case .bool(let value): pickle.bool(value)
        case .int(let value): pickle.int(value)
        case .double(let value): pickle.double(value)
        case .text(let value): pickle.text(value)
        case .tensor(let tensor): write(tensor.array)
        case .list(let values):
            pickle.opcode(.emptyList)
            pickle.opcode(.mark)
            for value in values { try write(value) }
            pickle.opcode(.appends)
        case .dictionary(let entries):
            orderedDictionary()
            pickle.opcode(.mark)
            for entry in entries {
                pickle.text(entry.key)
                try write(entry.value)
            }
            pickle.opcode(.setItems)
        case .other(let name):
            throw ModelFileError(.unwritable, "'\(name)' has no form of its own in a PyTorch file", hint: "Leave it out.")
        }
    }

    private mutating func orderedDictionary() {
        pickle.global("collections", "OrderedDict")
        pickle.opcode(.emptyTuple)
        pickle.opcode(.reduce)
    }

    private mutating func write(_ array: WeightArray) {
        pickle.global("torch._utils", "_rebuild_tensor_v2")
        pickle.opcode(.mark)
        pickle.opcode(.mark)
        pickle.text("storage")
        pickle.global("torch", "FloatStorage")
        pickle.text(String(storages.count))
        pickle.text("cpu")
        pickle.int(array.values.count)
        pickle.opcode(.tuple)
        pickle.opcode(.persistentID)
        pickle.int(0)
        tuple(array.shape)
        var strides = [Int](repeating: 1, count: array.shape.count)
        for axis in strides.indices.dropLast().reversed() { strides[axis] = strides[axis + 1] * max(1, array.shape[axis + 1]) }
        tuple(strides)
        pickle.bool(false)
        orderedDictionary()
        pickle.opcode(.tuple)
        pickle.opcode(.reduce)
        storages.append(array.values)
    }

    private mutating func tuple(_ values: [Int]) {
        pickle.opcode(.mark)
        for value in values { pickle.int(value) }
        pickle.opcode(.tuple)
    }
}
