/// Checks a description against an input shape and gives every layer its name, shapes and parameters.
struct ModelPlan {
    var nodes: [Model.Node] = []
    var outputs: [Model.Output] = []
    var parameters: [ParameterDeclaration] = []
    private var names: Set<String> = []

    mutating func add(_ description: ModelDescription, inputShape: [Int]) throws(ModelError) {
        guard (1...2).contains(inputShape.count), inputShape.allSatisfy({ (1...1 << 20).contains($0) }) else {
            throw ModelError(.invalidInput, "the shape of one example is (steps, features) or (features), all positive, not \(shapeText(inputShape))")
        }
        let heads = description.elements.compactMap { element -> Head? in if case .head(let head) = element.kind { head } else { nil } }
        names = Set(heads.map(\.name))  // reserved for the heads' last layers
        var shape = inputShape
        var source: Int?
        for element in description.elements {
            switch element.kind {
            case .layer(let layer):
                if let head = outputs.first {
                    throw ModelError(
                        .invalidStructure, "\(layer.call) stands behind Head \"\(head.name)\"; all shared layers come before the first Head",
                        position: element.position)
                }
                shape = try add(layer, named: nil, head: nil, shape: shape, source: source, position: element.position)
                source = nodes.count - 1
            case .head(let head): try add(head, element, shape: shape, source: source)
            }
        }
        if outputs.isEmpty {
            throw ModelError(
                .invalidStructure,
                "the model has no Head, so nothing to predict; end it with, for example, Head(\"output\", loss: .meanSquaredError) { Dense(1) }")
        }
    }

    private mutating func add(_ head: Head, _ element: ModelElement, shape: [Int], source: Int?) throws(ModelError) {
        let title = "Head \"\(head.name)\""
        if let problem = Head.signature.problem(in: head.arguments) { throw ModelError(.invalidArgument, problem, position: element.position) }
        if outputs.contains(where: { $0.name == head.name }) {
            throw ModelError(.invalidStructure, "there are two heads named \"\(head.name)\"; give each its own name", position: element.position)
        }
        guard let last = head.layers.last else {
            throw ModelError(.invalidStructure, "\(title) has no layers; put at least a Dense layer between its braces", position: element.position)
        }
        var (shape, source) = (shape, source)
        for (index, layer) in head.layers.enumerated() {
            let position = index < element.layerPositions.count ? element.layerPositions[index] : element.position
            let name = index == head.layers.count - 1 ? head.name : nil
            shape = try add(layer, named: name, head: head.name, shape: shape, source: source, position: position)
            source = nodes.count - 1
        }
        let position = element.layerPositions.last ?? element.position
        guard shape.count == 1 else {
            throw ModelError(
                .shapeMismatch,
                "the output of \(title) is a sequence \(shapeText(shape)), and a loss needs one vector a row; "
                    + "let its last recurrent layer, or the trunk's, return the last step only (without returnsSequences: true), "
                    + "or put GlobalAveragePooling() before it", position: position)
        }
        let isSoftmax = (last as? Dense)?.activation == .softmax
        if head.loss == .crossEntropy && (!isSoftmax || shape[0] < 2) {
            throw ModelError(
                .shapeMismatch,
                "\(title) has loss .crossEntropy, which needs a softmax over two classes or more; its last layer is \(last.call). "
                    + "End it with Dense(number of classes, activation: .softmax)", position: position)
        }
        if head.loss == .binaryCrossEntropy && (last as? Dense)?.activation != .sigmoid {
            throw ModelError(
                .shapeMismatch,
                "\(title) has loss .binaryCrossEntropy, which needs a sigmoid; its last layer is \(last.call). "
                    + "End it with Dense(1, activation: .sigmoid)", position: position)
        }
        if head.positiveWeight != 1 && head.loss != .binaryCrossEntropy {
            throw ModelError(
                .invalidArgument, "positiveWeight: of \(title) belongs to loss .binaryCrossEntropy, not .\(head.loss.rawValue)",
                position: element.position)
        }
        if head.loss == .meanSquaredError && head.outputBias == .targetMean && !(last is Dense) {
            throw ModelError(
                .invalidStructure, "outputBias: .targetMean of \(title) needs a Dense layer at the end, not \(last.call)", position: position)
        }
        outputs.append(
            Model.Output(
                name: head.name, loss: head.loss, weight: head.weight, positiveWeight: head.positiveWeight, outputBias: head.outputBias,
                outputShape: shape, node: nodes.count - 1))
    }

    /// Appends a layer and returns the shape it makes.
    private mutating func add(
        _ layer: any Layer, named fixedName: String?, head: String?, shape: [Int], source: Int?, position: SourcePosition?
    ) throws(ModelError) -> [Int] {
        let name = fixedName ?? automaticName(for: layer.kind)
        if let problem = type(of: layer).signature.problem(in: layer.arguments) {
            throw ModelError(.invalidArgument, "\(problem) (layer \(nodes.count + 1), \(name))", position: position)
        }
        let output: [Int]
        do { output = try layer.outputShape(for: shape) } catch {
            throw ModelError(.shapeMismatch, "layer \(nodes.count + 1), \(name) = \(layer.call): \(error.description)", position: position)
        }
        let first = parameters.count
        parameters += layer.parameters(for: shape).map {
            ParameterDeclaration(name: "\(name)/\($0.name)", shape: $0.shape, initializer: $0.initializer)
        }
        nodes.append(
            Model.Node(
                name: name, layer: layer, head: head, inputShape: shape, outputShape: output, parameters: first..<parameters.count, source: source))
        return output
    }

    /// Keras's rule: the class in snake case, then `_1`, `_2`, ...
    private mutating func automaticName(for kind: String) -> String {
        var base = ""
        for character in kind {
            if character.isUppercase, base.last?.isLowercase == true { base += "_" }
            base.append(character)
        }
        base = base.lowercased()
        var name = base
        var number = 0
        while !names.insert(name).inserted {
            number += 1
            name = "\(base)_\(number)"
        }
        return name
    }
}
