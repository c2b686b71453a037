import ApusNN
import Glibc

/// One layer of a model, written as the nodes of an ONNX graph whose last one makes the value of the layer's name.
struct ONNXLayer {
    let name: String
    private let layer: any Layer
    private let input: String
    private let inputShape: [Int]
    private let parameters: [WeightArray]

    init(node: Model.Node, model: Model, input: String) {
        name = node.name
        layer = node.layer
        self.input = input
        inputShape = node.inputShape
        parameters = node.parameters.map { index in
            let parameter = model.parameters[index]
            return WeightArray(shape: parameter.shape, values: parameter.withUnsafeBufferPointer { Array($0) })
        }
    }

    func add(to graph: inout ONNXGraph) throws(ModelFileError) {
        switch layer {
        case let lstm as LSTM: addRecurrent(lstm.units, lstm.returnsSequences, isGRU: false, &graph)
        case let gru as GRU: addRecurrent(gru.units, gru.returnsSequences, isGRU: true, &graph)
        case let dense as Dense:
            activation(dense.activation, of: linear(input, 0, 1, &graph), &graph, output: name)
        // Prediction drops nothing.
        case is Dropout: _ = graph.add("Identity", [input], output: name)
        case let norm as LayerNorm: _ = self.norm(input, 0, 1, norm.epsilon, &graph, output: name)
        case is GlobalAveragePooling:
            _ = graph.add("ReduceMean", [input], [.integers("axes", [1]), .integer("keepdims", 0)], output: name)
        case is PositionalEncoding: _ = graph.add("Add", [input, graph.constant("\(name)/table", positions())], output: name)
        case let attention as MultiHeadAttention: _ = self.attention(input, attention.heads, &graph, output: name)
        case let encoder as TransformerEncoder: addEncoder(encoder, &graph)
        default:
            throw ModelFileError(
                .unwritable, "layer '\(name)', \(layer.call), has no counterpart in ONNX files yet", hint: "Save the model as .safetensors.")
        }
    }

    // MARK: Parts

    @discardableResult
    private func activation(_ activation: Activation, of value: String, _ graph: inout ONNXGraph, output: String? = nil) -> String {
        switch activation {
        case .linear: graph.add("Identity", [value], output: output)
        case .relu: graph.add("Relu", [value], output: output)
        case .gelu: gelu(value, &graph, output: output)
        case .tanh: graph.add("Tanh", [value], output: output)
        case .sigmoid: graph.add("Sigmoid", [value], output: output)
        case .softmax: graph.add("Softmax", [value], [.integer("axis", -1)], output: output)
        }
    }

    /// x (1 + erf(x / √2)) / 2, as this version of the operators has no `Gelu`.
    private func gelu(_ value: String, _ graph: inout ONNXGraph, output: String?) -> String {
        func number(_ value: Float) -> String { graph.constant(graph.newName("number"), WeightArray(shape: [], values: [value])) }
        let error = graph.add("Erf", [graph.add("Mul", [value, number(Float(0.5).squareRoot())])])
        let share = graph.add("Mul", [graph.add("Add", [error, number(1)]), number(0.5)])
        return graph.add("Mul", [value, share], output: output)
    }

    private func constant(_ parameter: Int, _ graph: inout ONNXGraph) -> String { graph.constant("\(name)/\(parameter)", parameters[parameter]) }

    /// x W + b of the last axis.
    private func linear(_ input: String, _ kernel: Int, _ bias: Int, _ graph: inout ONNXGraph) -> String {
        let product = graph.add("MatMul", [input, constant(kernel, &graph)])
        return graph.add("Add", [product, constant(bias, &graph)])
    }

    private func norm(
        _ input: String, _ gain: Int, _ shift: Int, _ epsilon: Double, _ graph: inout ONNXGraph, output: String? = nil
    ) -> String {
        graph.add(
            "LayerNormalization", [input, constant(gain, &graph), constant(shift, &graph)],
            [.integer("axis", -1), .float("epsilon", Float(epsilon))],
            output: output)
    }

    /// softmax(Q Kᵀ / √d) V for each head, with the first four parameters of the layer.
    private func attention(_ input: String, _ heads: Int, _ graph: inout ONNXGraph, output: String? = nil) -> String {
        let (steps, features) = (inputShape[0], inputShape[1])
        let size = features / heads
        let joined = linear(input, 0, 1, &graph)
        let parts = ["query", "key", "value"].map { graph.newName($0) }
        graph.addNode("Split", [joined, graph.constant([features, features, features])], outputs: parts, [.integer("axis", -1)])
        let shape = graph.constant([-1, steps, heads, size])
        func split(_ part: String, _ order: [Int]) -> String {
            graph.add("Transpose", [graph.add("Reshape", [part, shape])], [.integers("perm", order)])
        }
        let query = split(parts[0], [0, 2, 1, 3])
        let key = split(parts[1], [0, 2, 3, 1])
        let value = split(parts[2], [0, 2, 1, 3])
        let scale = graph.constant(graph.newName("scale"), WeightArray(shape: [], values: [1 / Float(size).squareRoot()]))
        let scores = graph.add("Mul", [graph.add("MatMul", [query, key]), scale])
        let context = graph.add("MatMul", [graph.add("Softmax", [scores], [.integer("axis", -1)]), value])
        let rows = graph.add("Transpose", [context], [.integers("perm", [0, 2, 1, 3])])
        let merged = graph.add("Reshape", [rows, graph.constant([-1, steps, features])])
        let product = graph.add("MatMul", [merged, constant(2, &graph)])
        return graph.add("Add", [product, constant(3, &graph)], output: output)
    }

    // MARK: Layers

    private func addEncoder(_ encoder: TransformerEncoder, _ graph: inout ONNXGraph) {
        let attended = attention(input, encoder.heads, &graph)
        let middle = norm(graph.add("Add", [input, attended]), 8, 9, encoder.epsilon, &graph)
        let wide = activation(encoder.activation, of: linear(middle, 4, 5, &graph), &graph)
        let narrow = linear(wide, 6, 7, &graph)
        _ = norm(graph.add("Add", [middle, narrow]), 10, 11, encoder.epsilon, &graph, output: name)
    }

    private func addRecurrent(_ units: Int, _ returnsSequences: Bool, isGRU: Bool, _ graph: inout ONNXGraph) {
        // Keras's LSTM gates i, f, c, o become i, o, f, c; those of a GRU, z, r, h, stay.
        let order = isGRU ? [0, 1, 2] : [0, 3, 1, 2]
        let gates = order.count
        func gated(_ array: WeightArray) -> WeightArray {
            let rows = array.shape[0]
            var values: [Float] = []
            for gate in order {
                for unit in 0..<units { for row in 0..<rows { values.append(array.values[row * gates * units + gate * units + unit]) } }
            }
            return WeightArray(shape: [1, gates * units, rows], values: values)
        }
        func row(_ start: Int) -> [Float] {
            order.flatMap { Array(parameters[2].values[start + $0 * units..<start + ($0 + 1) * units]) }
        }
        // A bias of the input and one of the state; an LSTM's is one sum.
        let bias = row(0) + (isGRU ? row(gates * units) : [Float](repeating: 0, count: gates * units))
        let sequence = graph.add("Transpose", [input], [.integers("perm", [1, 0, 2])])
        let inputs = [
            sequence, graph.constant("\(name)/W", gated(parameters[0])), graph.constant("\(name)/R", gated(parameters[1])),
            graph.constant("\(name)/B", WeightArray(shape: [1, 2 * gates * units], values: bias)),
        ]
        // All states (steps, 1, batch, units) and the last one (1, batch, units); an empty name leaves an output out.
        let states = graph.newName("states")
        graph.addNode(
            isGRU ? "GRU" : "LSTM", inputs, outputs: returnsSequences ? [states] : ["", states],
            [.integer("hidden_size", units)] + (isGRU ? [.integer("linear_before_reset", 1)] : []))
        if returnsSequences {
            let rows = graph.add("Squeeze", [states, graph.constant([1])])
            _ = graph.add("Transpose", [rows], [.integers("perm", [1, 0, 2])], output: name)
        } else {
            _ = graph.add("Squeeze", [states, graph.constant([0])], output: name)
        }
    }

    /// sin(t / 10000^(2i / F)) in column 2i, the cosine of the same in column 2i + 1, as the engine has it.
    private func positions() -> WeightArray {
        let (steps, features) = (inputShape[0], inputShape[1])
        let values = (0..<steps * features).map { index -> Float in
            let (step, feature) = (index / features, index % features)
            let angle = Double(step) / pow(10_000, Double(feature / 2 * 2) / Double(features))
            return Float(feature % 2 == 0 ? sin(angle) : cos(angle))
        }
        return WeightArray(shape: [steps, features], values: values)
    }
}
