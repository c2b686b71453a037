import ApusJSON
import ApusModelFiles
import ApusNN

extension FileReport {
    init(keras file: KerasModelFile, format: String) throws {
        self.init(kind: format)
        metadata["name"] = .string(file.graph.name)
        metadata["outputs"] = .array(file.graph.outputs.map(JSON.string))
        if let training = file.training {
            metadata["losses"] = .object(JSONObject(training.outputs.map { ($0.layer, .string($0.loss)) }))
            metadata["learning_rate"] = .double(training.learningRate)
        }
        let shapes = try file.graph.outputShapes()
        for layer in try file.graph.orderedLayers() {
            let weights = file.weights[layer.name] ?? []
            layers.append(
                Layer(
                    name: layer.name, declaration: layer.className, outputShape: shapes[layer.name] ?? [],
                    parameterCount: weights.reduce(0) { $0 + $1.values.count }))
            for (index, array) in weights.enumerated() {
                arrays.append(Array(name: "\(layer.name)/\(index)", elementType: "float32", shape: array.shape))
            }
        }
    }

    init(safetensors file: SafetensorsFile) throws {
        self.init(kind: "safetensors")
        metadata = JSONObject(file.metadata.map { ($0.key, .string($0.value)) })
        arrays = file.tensors.map { Array(name: $0.name, elementType: $0.elementType.rawValue, shape: $0.array.shape) }
        if file.metadata("format") == "apus" { addLayers(of: try file.makeModel()) }
    }

    init(torch file: TorchFile, path: String) throws {
        self.init(kind: "PyTorch file (torch.save)", version: String(file.formatVersion))
        add(file.root, name: "")
        if file.description != nil { addLayers(of: try file.makeModel()) }
    }

    init(onnx contents: ONNXFile.Contents) throws {
        self.init(kind: "ONNX model", version: "IR \(contents.irVersion)")
        metadata["producer"] = .string(contents.producer)
        metadata["operator_sets"] = .object(
            JSONObject(contents.operatorSets.map { ($0.domain.isEmpty ? "ai.onnx" : $0.domain, .int($0.version)) }))
        metadata["operators"] = .object(JSONObject(contents.operators.map { ($0.type, .int($0.count)) }))
        metadata["inputs"] = .array(contents.inputs.map(JSON.string))
        metadata["outputs"] = .array(contents.outputs.map(JSON.string))
        for (key, value) in contents.metadata where metadata[key] == nil { metadata[key] = .string(value) }
        arrays = contents.constants.map { Array(name: $0.name, elementType: Self.onnxType($0.elementType), shape: $0.shape) }
    }

    /// Plain values become metadata and tensors arrays, both under their path: `optimizer_state_dict.state.0.step`.
    private mutating func add(_ value: TorchValue, name: String) {
        func path(_ key: String) -> String { name.isEmpty ? key : "\(name).\(key)" }
        switch value {
        case .dictionary(let entries): for entry in entries { add(entry.value, name: path(entry.key)) }
        case .list(let values):
            if let plain = Self.plain(value) {
                metadata[name] = plain
            } else {
                for (index, value) in values.enumerated() { add(value, name: path(String(index))) }
            }
        case .tensor(let tensor): arrays.append(Array(name: name, elementType: tensor.elementType.rawValue, shape: tensor.shape))
        default: metadata[name] = Self.plain(value)
        }
    }

    /// nil for what holds a tensor or a dictionary.
    private static func plain(_ value: TorchValue) -> JSON? {
        switch value {
        case .none: return .null
        case .bool(let value): return .bool(value)
        case .int(let value): return .int(value)
        case .double(let value): return .double(value)
        case .text(let value): return .string(value)
        case .other(let name): return .string("<\(name)>")
        case .list(let values):
            let plain = values.compactMap(plain)
            return plain.count == values.count ? .array(plain) : nil
        case .tensor, .dictionary: return nil
        }
    }

    private mutating func addLayers(of model: Model) {
        layers = model.summary.map {
            Layer(name: $0.name, declaration: $0.call, outputShape: $0.outputShape, parameterCount: $0.parameterCount)
        }
    }

    /// TensorProto.DataType.
    private static func onnxType(_ number: Int) -> String {
        let names = [
            1: "float32", 2: "uint8", 3: "int8", 4: "uint16", 5: "int16", 6: "int32", 7: "int64", 8: "string", 9: "bool", 10: "float16",
            11: "float64", 12: "uint32", 13: "uint64", 16: "bfloat16",
        ]
        return names[number] ?? "type \(number)"
    }
}
