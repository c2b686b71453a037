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
                hint: "Build the model with %%build and load the arrays into it.")
        }
        let model: Model
        do {
            let dimensions = shape.split(separator: ",").map { Int($0) ?? 0 }
            let description = try ModelDescription(parsing: layers)
            try requireValues(for: description, inputShape: dimensions)
            model = try Model(description, inputShape: dimensions, seed: seed)
        } catch let error as ModelFileError {
            throw error
        } catch {
            throw Self.unbuildable("\(error)")
        }
        try load(into: model)
        return model
    }

    /// Checks that the file holds as many values as the described layers need, before memory is taken for them.
    private func requireValues(for description: ModelDescription, inputShape: [Int]) throws(ModelFileError) {
        let available = tensors.reduce(0) { $0 + $1.array.values.count }
        var needed = 0
        func add(_ layers: [any Layer], to shape: [Int]) throws(ModelFileError) -> [Int] {
            var shape = shape
            for layer in layers {
                let input = shape
                // First, because a layer's parameters are defined for a shape that it takes only.
                do { shape = try layer.outputShape(for: input) } catch { throw Self.unbuildable(error.description) }
                // Sizes are at most 2^20 here, so no product of two overflows.
                needed += layer.parameters(for: input).reduce(0) { $0 + $1.shape.reduce(1, *) }
                guard needed <= available else { throw Self.unbuildable("they need more values than the \(available) that the file holds") }
            }
            return shape
        }
        guard !inputShape.isEmpty, inputShape.allSatisfy({ (1...1 << 20).contains($0) }) else {
            throw Self.unbuildable("the shape of the input is \(inputShape)")
        }
        var shape = inputShape
        for element in description.elements {
            switch element.kind {
            case .layer(let layer): shape = try add([layer], to: shape)
            case .head(let head): _ = try add(head.layers, to: shape)
            }
        }
    }

    private static func unbuildable(_ reason: String) -> ModelFileError {
        ModelFileError(.damaged, "the layers in the file cannot be built: \(reason)", hint: "Write the model again.")
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
