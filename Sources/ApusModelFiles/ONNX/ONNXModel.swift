import ApusNN

/// A model as an ONNX file for prediction: operator set 17, IR version 8, one input `(batch, ...)` and one output for each head.
///
/// ONNX has LSTM gates in the order i, o, f, c and sequences as (steps, batch, features); a GRU needs `linear_before_reset`.
enum ONNXModel {
    static let operatorSet = 17
    private static let irVersion = 8

    static func encoded(_ model: Model) throws(ModelFileError) -> [UInt8] {
        var graph = ONNXGraph()
        let names = Set(model.nodes.map(\.name))
        var input = "input"
        while names.contains(input) { input += "_" }
        for node in model.nodes {
            let source = node.source.map { model.nodes[$0].name } ?? input
            try ONNXLayer(node: node, model: model, input: source).add(to: &graph)
        }
        var file = ProtobufWriter()
        file.integer(1, irVersion)
        file.text(2, "apus")
        file.message(7) { writer in
            graph.write(
                name: "model", inputs: [(input, [nil] + model.inputShape)], outputs: model.heads.map { ($0.name, [nil] + $0.outputShape) },
                to: &writer)
        }
        file.message(8) { $0.integer(2, operatorSet) }
        let metadata = [
            ("format", "apus"), ("input_shape", model.inputShape.map(String.init).joined(separator: ",")), ("layers", model.declaration.body),
        ]
        for (key, value) in metadata {
            file.message(14) {
                $0.text(1, key)
                $0.text(2, value)
            }
        }
        guard file.bytes.count < 1 << 31 else {
            throw ModelFileError(.unwritable, "an ONNX file may have 2 GiB at most", hint: "Save the model as .safetensors.")
        }
        return file.bytes
    }
}
