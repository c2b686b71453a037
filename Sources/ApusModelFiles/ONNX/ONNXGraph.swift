/// The nodes and constants of an ONNX graph as they are collected, already encoded (github.com/onnx/onnx/blob/main/onnx/onnx.proto).
struct ONNXGraph {
    private var nodes: [[UInt8]] = []
    private var constants: [[UInt8]] = []
    private var count = 0

    enum Attribute {
        case integer(String, Int)
        case integers(String, [Int])
        case float(String, Float)
    }

    /// Adds a node with one output and returns its name: `output`, or a new one.
    mutating func add(_ type: String, _ inputs: [String], _ attributes: [Attribute] = [], output: String? = nil) -> String {
        let output = output ?? newName(type)
        addNode(type, inputs, outputs: [output], attributes)
        return output
    }

    mutating func addNode(_ type: String, _ inputs: [String], outputs: [String], _ attributes: [Attribute] = []) {
        var node = ProtobufWriter()
        for input in inputs { node.text(1, input) }
        for output in outputs { node.text(2, output) }
        node.text(4, type)
        for attribute in attributes { node.message(5) { Self.write(attribute, &$0) } }
        nodes.append(node.bytes)
    }

    /// A name that no layer has.
    mutating func newName(_ stem: String) -> String {
        count += 1
        return "\(stem)/\(count)"
    }

    /// Adds a Float32 tensor and returns its name.
    mutating func constant(_ name: String, _ array: WeightArray) -> String {
        constant(name, type: 1, shape: array.shape, data: array.values.withUnsafeBytes { Array($0) })
    }

    /// Adds a vector of Int64, such as the axes of a Squeeze.
    mutating func constant(_ values: [Int]) -> String {
        constant(newName("constant"), type: 7, shape: [values.count], data: values.map(Int64.init).withUnsafeBytes { Array($0) })
    }

    private mutating func constant(_ name: String, type: Int, shape: [Int], data: [UInt8]) -> String {
        var tensor = ProtobufWriter()
        for dimension in shape { tensor.integer(1, dimension) }
        tensor.integer(2, type)
        tensor.text(8, name)
        tensor.data(9, data)
        constants.append(tensor.bytes)
        return name
    }

    /// Writes the GraphProto; a nil dimension is the batch.
    func write(
        name: String, inputs: [(name: String, shape: [Int?])], outputs: [(name: String, shape: [Int?])], to writer: inout ProtobufWriter
    ) {
        for node in nodes { writer.data(1, node) }
        writer.text(2, name)
        for constant in constants { writer.data(5, constant) }
        for input in inputs { writer.message(11) { Self.write(input.name, input.shape, &$0) } }
        for output in outputs { writer.message(12) { Self.write(output.name, output.shape, &$0) } }
    }

    private static func write(_ attribute: Attribute, _ writer: inout ProtobufWriter) {
        switch attribute {
        case .integer(let name, let value):
            writer.text(1, name)
            writer.integer(3, value)
            writer.integer(20, 2)
        case .integers(let name, let values):
            writer.text(1, name)
            for value in values { writer.integer(8, value) }
            writer.integer(20, 7)
        case .float(let name, let value):
            writer.text(1, name)
            writer.float(2, value)
            writer.integer(20, 1)
        }
    }

    /// A ValueInfoProto of Float32.
    private static func write(_ name: String, _ shape: [Int?], _ writer: inout ProtobufWriter) {
        writer.text(1, name)
        writer.message(2) { type in
            type.message(1) { tensor in
                tensor.integer(1, 1)
                tensor.message(2) { dimensions in
                    for dimension in shape {
                        dimensions.message(1) { if let dimension { $0.integer(1, dimension) } else { $0.text(2, "batch") } }
                    }
                }
            }
        }
    }
}
