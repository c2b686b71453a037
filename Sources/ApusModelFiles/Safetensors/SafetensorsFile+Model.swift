public import ApusNN

/// A model in a safetensors file: its parameters by name, and in the metadata the body that builds it.
extension SafetensorsFile {
    /// The parameters of `model` under their own names, such as `lstm/recurrent_kernel`, in their order.
    public init(_ model: Model) {
        self.init(
            tensors: model.parameters.map { parameter in
                Entry(parameter.name, WeightArray(shape: parameter.shape, values: parameter.withUnsafeBufferPointer { Array($0) }))
            },
            metadata: [
                ("format", "apus"), ("input_shape", model.inputShape.map(String.init).joined(separator: ",")), ("layers", model.declaration.body),
            ])
    }

    /// Writes `model` to `path`.
    public static func write(_ model: Model, to path: String) throws(ModelFileError) {
        try SafetensorsFile(model).write(to: path)
    }

    /// The model that was written to `path`.
    public static func read(_ path: String) throws(ModelFileError) -> Model {
        let file = try SafetensorsFile(reading: path)
        return try namingFile(path) { () throws(ModelFileError) in try file.makeModel() }
    }

    /// Builds the model that the metadata describe, with the weights of the file.
    public func makeModel(seed: UInt64 = 0) throws(ModelFileError) -> Model {
        guard metadata("format") == "apus", let layers = metadata("layers"), let shape = metadata("input_shape") else {
            throw ModelFileError(
                .unsupported, "the file holds arrays, but not the layers that they belong to",
                hint: "Give the layers too, as a %%build body: `apus convert --layers FILE --input STEPS,FEATURES`.")
        }
        return try makeModel(ModelLayers(body: layers, inputShape: shape.split(separator: ",").map { Int($0) ?? 0 }), seed: seed)
    }

    /// Builds the model of the given layers, with the weights of the file.
    public func makeModel(_ layers: ModelLayers, seed: UInt64 = 0) throws(ModelFileError) -> Model {
        let model = try Model(layersInFile: layers, available: tensors.reduce(0) { $0 + $1.array.values.count }, seed: seed)
        try load(into: model)
        return model
    }

    /// Replaces the parameters of `model` by the arrays of their names; changes nothing unless all are there with the right shapes.
    public func load(into model: Model) throws(ModelFileError) {
        var weights: [[Float]] = []
        for parameter in model.parameters {
            guard let array = self[parameter.name] else {
                throw ModelFileError(.damaged, "the file has no array '\(parameter.name)'", hint: "Give a file of the same model.")
            }
            guard array.shape == parameter.shape else {
                throw ModelFileError(
                    .damaged, "'\(parameter.name)' has the shape \(array.shape) in the file and \(parameter.shape) in the model",
                    hint: "Give a file of the same model.")
            }
            weights.append(array.values)
        }
        do { try model.setWeights(weights) } catch {
            throw ModelFileError(.damaged, error.message, hint: "Give a file of the same model.")
        }
    }
}
