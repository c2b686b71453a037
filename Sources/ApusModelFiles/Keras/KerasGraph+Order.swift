extension KerasGraph {
    /// The layers in the order in which Keras holds them, which is the order in which it assigns the weights of a file: **by position**.
    ///
    /// Follows `map_graph` of keras/src/ops/function.py: deepest layers first, depth being the longest way to an output; among equals, the one
    /// that a search from the outputs back to the input meets first. A file in any other order would load with two equally shaped layers
    /// exchanged, and without an error.
    public func orderedLayers() throws(ModelFileError) -> [KerasLayer] {
        let layers = try layersByName()
        // Index of each layer in the search, and all layers from the input to the outputs.
        var searchIndex: [String: Int] = [:]
        var inputToOutputs: [KerasLayer] = []
        for output in outputs {
            var path: [KerasLayer] = []
            var next: String? = output
            while let name = next, searchIndex[name] == nil {
                guard let layer = layers[name] else { throw .damagedModel("the model has no layer '\(name)', which another layer needs") }
                searchIndex[name] = searchIndex.count
                path.append(layer)
                next = layer.inbound
            }
            if let name = next, path.contains(where: { $0.name == name }) { throw .damagedModel("layer '\(name)' is its own input") }
            inputToOutputs += path.reversed()
        }
        if let stray = self.layers.first(where: { searchIndex[$0.name] == nil }) {
            throw .damagedModel("layer '\(stray.name)' leads to no output")
        }
        var depths: [String: Int] = [:]
        for layer in inputToOutputs.reversed() {
            let depth = depths[layer.name, default: 0]
            depths[layer.name] = depth
            if let inbound = layer.inbound { depths[inbound] = max(depths[inbound, default: 0], depth + 1) }
        }
        return inputToOutputs.sorted { left, right in
            let (leftDepth, rightDepth) = (depths[left.name]!, depths[right.name]!)
            return leftDepth != rightDepth ? leftDepth > rightDepth : searchIndex[left.name]! < searchIndex[right.name]!
        }
    }

    /// The shape of each layer's output, by name, without the batch dimension.
    public func outputShapes() throws(ModelFileError) -> [String: [Int?]] {
        var shapes: [String: [Int?]] = [:]
        // An input is deeper than what it feeds, so its shape is there first.
        for layer in try orderedLayers() {
            shapes[layer.name] = try layer.outputShape(for: layer.inbound.flatMap { shapes[$0] } ?? [])
        }
        return shapes
    }

    /// Names and shapes of each layer's weights, in Keras's order of layers; layers without weights are left out.
    package func weightShapes() throws(ModelFileError) -> [(layer: String, weights: [(name: String, shape: [Int])])] {
        let shapes = try outputShapes()
        var result: [(layer: String, weights: [(name: String, shape: [Int])])] = []
        for layer in try orderedLayers() {
            guard let inbound = layer.inbound, !layer.weightShapes(features: 1).isEmpty else { continue }
            guard let features = shapes[inbound]?.last ?? nil else {
                throw .damagedModel("the number of features that layer '\(layer.name)' gets is left open")
            }
            result.append((layer.name, layer.weightShapes(features: features)))
        }
        return result
    }

    private func layersByName() throws(ModelFileError) -> [String: KerasLayer] {
        var byName: [String: KerasLayer] = [:]
        for layer in layers {
            guard byName.updateValue(layer, forKey: layer.name) == nil else { throw .damagedModel("two layers are called '\(layer.name)'") }
            // Keras makes groups of the names; '/' would make one more.
            guard !layer.name.isEmpty, !layer.name.contains("/"), !layer.name.contains("\0") else {
                throw .damagedModel("'\(layer.name)' cannot be the name of a layer")
            }
            let isInput = if case .input = layer.kind { true } else { false }
            guard isInput == (layer.inbound == nil) else { throw .damagedModel("layer '\(layer.name)' has no input") }
        }
        let inputs = layers.count { $0.inbound == nil }
        guard inputs == 1 else {
            throw ModelFileError(.unsupported, "the model has \(inputs) inputs", hint: "Apus takes models of one input.")
        }
        guard !outputs.isEmpty, Set(outputs).count == outputs.count else { throw .damagedModel("the list of outputs is empty or repeats one") }
        return byName
    }
}
