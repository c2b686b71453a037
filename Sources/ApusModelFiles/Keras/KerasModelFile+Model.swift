public import ApusNN

extension KerasModelFile {
    /// Writes `model` to `path` as a file that `keras.models.load_model` opens, compiled, and that gives the same outputs.
    ///
    /// - Parameters:
    ///   - name: the name of the Keras model.
    ///   - learningRate: of the Adam optimiser that the loaded model is compiled with.
    public static func write(
        _ model: Model, to path: String, name: String = "apus_model", learningRate: Double = 1e-3
    ) throws(ModelFileError) {
        let file = try namingFile(path) { () throws(ModelFileError) in
            try KerasModelFile(model, name: name, learningRate: learningRate)
        }
        try file.write(to: path)
    }

    /// The model in a file that Keras or Apus saved; see `makeModel`.
    public static func read(_ path: String, steps: Int? = nil) throws(ModelFileError) -> Model {
        let file = try KerasModelFile(reading: path)
        return try namingFile(path) { () throws(ModelFileError) in try file.makeModel(steps: steps) }
    }
}

// MARK: To Keras

extension KerasModelFile {
    /// The layers, weights and losses of `model` in the words of Keras.
    public init(_ model: Model, name: String = "apus_model", learningRate: Double = 1e-3) throws(ModelFileError) {
        let names = Set(model.nodes.map(\.name))
        var input = "input_layer"
        while names.contains(input) { input += "_" }
        var layers = [KerasLayer(input, .input(shape: model.inputShape), inbound: nil)]
        var weights: [String: [WeightArray]] = [:]
        for node in model.nodes {
            guard !node.name.isEmpty, !node.name.contains("/"), !node.name.contains("\0") else {
                throw ModelFileError(
                    .unwritable, "Keras does not take '\(node.name)' as the name of an output", hint: "Rename the head, without '/'.")
            }
            layers.append(KerasLayer(node.name, try Self.kind(of: node), inbound: node.source.map { model.nodes[$0].name } ?? input))
            weights[node.name] = node.parameters.map { index in
                let parameter = model.parameters[index]
                return WeightArray(shape: parameter.shape, values: parameter.withUnsafeBufferPointer { Array($0) })
            }
        }
        let training = KerasTraining(
            outputs: model.heads.map { head in
                .init(layer: head.name, loss: head.loss.kerasName, lossWeight: head.weight, metrics: head.loss.kerasMetrics)
            }, learningRate: learningRate)
        try self.init(graph: KerasGraph(name: name, layers: layers, outputs: model.heads.map(\.name)), weights: weights, training: training)
    }

    private static func kind(of node: Model.Node) throws(ModelFileError) -> KerasLayer.Kind {
        switch node.layer {
        case let lstm as LSTM: return .lstm(units: lstm.units, returnSequences: lstm.returnsSequences)
        case let gru as GRU: return .gru(units: gru.units, returnSequences: gru.returnsSequences)
        case let dropout as Dropout: return .dropout(rate: dropout.rate)
        case let dense as Dense:
            if let activation = KerasActivation(rawValue: dense.activation.rawValue) { return .dense(units: dense.units, activation: activation) }
        default: break
        }
        throw ModelFileError(
            .unwritable, "layer '\(node.name)', \(node.layer.call), has no counterpart in Keras files yet", hint: "Save the model as .safetensors.")
    }
}

extension Loss {
    fileprivate var kerasName: String {
        switch self {
        case .crossEntropy: "categorical_crossentropy"
        case .binaryCrossEntropy: "binary_crossentropy"
        case .meanSquaredError: "mean_squared_error"
        }
    }

    fileprivate var kerasMetrics: [String] {
        switch self {
        case .crossEntropy, .binaryCrossEntropy: ["accuracy"]
        case .meanSquaredError: ["mean_absolute_error"]
        }
    }
}

// MARK: From Keras

extension KerasModelFile {
    /// The model that the file describes, with its weights: the layers that all outputs share, then one head for each output.
    ///
    /// Losses are those that the file names; without a `training_config` a softmax output has cross-entropy and any other squared error.
    ///
    /// - Parameters:
    ///   - steps: the number of steps, where the file leaves it open.
    ///   - seed: of whatever the model draws later, such as dropout.
    public func makeModel(steps: Int? = nil, seed: UInt64 = 0) throws(ModelFileError) -> Model {
        let (trunk, heads) = try graph.trunkAndHeads()
        var elements: [ModelElement] = []
        for layer in trunk { elements.append(ModelElement(.layer(layer.makeLayer()))) }
        for (output, layers) in zip(graph.outputs, heads) {
            let (loss, weight) = try self.loss(of: output)
            elements.append(ModelElement(.head(Head(output, loss: loss, weight: weight) { return layers.map { $0.makeLayer() } })))
        }
        let shape = try inputShape(steps: steps)
        let model: Model
        do { model = try Model(ModelDescription(elements: elements), inputShape: shape, seed: seed) } catch {
            throw ModelFileError(.unsupported, "the model cannot be built: \(error.message)", hint: "Give a model of the layers that Apus has.")
        }
        let arrays = (trunk + heads.joined()).flatMap { weights[$0.name] ?? [] }
        do { try model.setWeights(arrays.map(\.values)) } catch { throw .damagedModel("the weights do not fit: \(error.message)") }
        return model
    }

    private func inputShape(steps: Int?) throws(ModelFileError) -> [Int] {
        guard case .input(let shape)? = graph.layers.first(where: { $0.inbound == nil })?.kind else {
            throw .damagedModel("the model has no input layer")
        }
        var fixed: [Int] = []
        for (index, dimension) in shape.enumerated() {
            guard let size = dimension ?? (shape.count == 2 && index == 0 ? steps : nil) else {
                throw ModelFileError(
                    .unsupported, "the shape of the model's input is left open", hint: "Save it with a fixed number of steps, or give one.")
            }
            if let steps, shape.count == 2, index == 0, steps != size {
                throw ModelFileError(.unsupported, "the model takes \(size) steps, not \(steps)", hint: "Use the number that it was made for.")
            }
            fixed.append(size)
        }
        return fixed
    }

    private func loss(of output: String) throws(ModelFileError) -> (Loss, weight: Double) {
        guard let trained = training?.outputs.first(where: { $0.layer == output }) else {
            if case .dense(_, .softmax)? = graph[output]?.kind { return (.crossEntropy, 1) }
            return (.meanSquaredError, 1)
        }
        switch trained.loss {
        // The same function, of one-hot targets and of class numbers.
        case "categorical_crossentropy", "sparse_categorical_crossentropy": return (.crossEntropy, trained.lossWeight)
        case "mean_squared_error": return (.meanSquaredError, trained.lossWeight)
        case "binary_crossentropy": return (.binaryCrossEntropy, trained.lossWeight)
        default:
            throw ModelFileError(
                .unsupported, "output '\(output)' was trained with the loss \(trained.loss), which Apus does not compute",
                hint: "Compile it with categorical_crossentropy, binary_crossentropy or mean_squared_error, or save it without compiling.")
        }
    }
}

extension KerasGraph {
    /// The layers after the input that every output shares, and for each output those from there to it.
    ///
    /// A model of one output has no fork: there the head is what follows the last recurrent layer, and at least the last layer.
    func trunkAndHeads() throws(ModelFileError) -> (trunk: [KerasLayer], heads: [[KerasLayer]]) {
        let byName = Dictionary(uniqueKeysWithValues: try orderedLayers().map { ($0.name, $0) })
        let paths = outputs.map { output in
            sequence(first: byName[output]) { layer in layer?.inbound.flatMap { byName[$0] } }.compactMap(\.self).reversed().dropFirst()
        }.map(Array.init)
        var shared = paths[0].count
        for path in paths.dropFirst() { shared = min(shared, zip(paths[0], path).prefix { $0 == $1 }.count) }
        if paths.count == 1 { shared = min(paths[0].lastIndex(where: \.isRecurrent).map { $0 + 1 } ?? 0, paths[0].count - 1) }
        let heads = paths.map { Array($0.dropFirst(shared)) }
        var seen: Set<String> = []
        for (head, output) in zip(heads, outputs) {
            guard !head.isEmpty, head.allSatisfy({ seen.insert($0.name).inserted }) else {
                throw ModelFileError(
                    .unsupported, "output '\(output)' shares layers with some outputs and not with others",
                    hint: "Apus takes models of one trunk and heads of their own layers.")
            }
        }
        return (Array(paths[0].prefix(max(shared, 0))), heads)
    }
}

extension KerasLayer {
    fileprivate var isRecurrent: Bool {
        switch kind {
        case .lstm, .gru: true
        case .input, .dropout, .dense: false
        }
    }

    /// The layer of the engine. The input layer has none, and never comes here.
    fileprivate func makeLayer() -> any Layer {
        switch kind {
        case .input: preconditionFailure("the input is not a layer")
        case .lstm(let units, let returnSequences): LSTM(units, returnsSequences: returnSequences)
        case .gru(let units, let returnSequences): GRU(units, returnsSequences: returnSequences)
        case .dropout(let rate): Dropout(rate)
        case .dense(let units, let activation): Dense(units, activation: Activation(rawValue: activation.rawValue) ?? .linear)
        }
    }
}
