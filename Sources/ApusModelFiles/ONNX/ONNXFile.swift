public import ApusNN

/// ONNX files (onnx.ai): written for ONNX Runtime and others to predict with; read only to tell what they hold.
public enum ONNXFile {
    /// Writes `model` to `path`, replacing a file that is there only once the new one is complete.
    public static func write(_ model: Model, to path: String) throws(ModelFileError) {
        let bytes = try namingFile(path) { () throws(ModelFileError) in try ONNXModel.encoded(model) }
        try FileBytes.replace(path, with: bytes)
    }

    /// What a file holds, without its graph being understood.
    public struct Contents: Sendable {
        public fileprivate(set) var irVersion = 0
        public fileprivate(set) var producer = ""
        public fileprivate(set) var operatorSets: [(domain: String, version: Int)] = []
        /// Number of nodes by the type of their operator, in order of appearance.
        public fileprivate(set) var operators: [(type: String, count: Int)] = []
        public fileprivate(set) var constants: [(name: String, elementType: Int, shape: [Int])] = []
        public fileprivate(set) var inputs: [String] = []
        public fileprivate(set) var outputs: [String] = []
        public fileprivate(set) var metadata: [(key: String, value: String)] = []
    }

    private static let maximumFileSize = 2 << 30

    public static func contents(of path: String) throws(ModelFileError) -> Contents {
        try namingFile(path) { () throws(ModelFileError) in try contents(of: try FileBytes.read(path, limit: maximumFileSize)) }
    }

    package static func contents(of bytes: [UInt8]) throws(ModelFileError) -> Contents {
        var contents = Contents()
        var hasGraph = false
        var reader = ProtobufReader(bytes[...])
        while let (field, value) = try reader.next() {
            switch (field, value) {
            case (1, .integer(let version)): contents.irVersion = Int(clamping: version)
            case (2, .data(let name)): contents.producer = text(name)
            case (7, .data(let graph)):
                hasGraph = true
                try readGraph(graph, into: &contents)
            case (8, .data(let set)):
                let fields = try Fields(set)
                contents.operatorSets.append((fields.text(1), fields.integer(2)))
            case (14, .data(let entry)):
                let fields = try Fields(entry)
                contents.metadata.append((fields.text(1), fields.text(2)))
            default: break
            }
        }
        guard hasGraph, contents.irVersion > 0 else {
            throw ModelFileError(.wrongKind, "this is not an ONNX file: it has no graph", hint: "Give a model that was exported as .onnx.")
        }
        return contents
    }

    private static func readGraph(_ bytes: ArraySlice<UInt8>, into contents: inout Contents) throws(ModelFileError) {
        var counts: [String: Int] = [:]
        var reader = ProtobufReader(bytes)
        while let (field, value) = try reader.next() {
            guard case .data(let part) = value, [1, 5, 11, 12].contains(field) else { continue }
            let fields = try Fields(part)
            switch field {
            case 1:
                let type = fields.text(4)
                if let index = counts[type] {
                    contents.operators[index].count += 1
                } else {
                    counts[type] = contents.operators.count
                    contents.operators.append((type, 1))
                }
            case 5: contents.constants.append((fields.text(8), fields.integer(2), fields.integers(1)))
            case 11: contents.inputs.append(fields.text(1))
            default: contents.outputs.append(fields.text(1))
            }
        }
    }

    fileprivate static func text(_ bytes: ArraySlice<UInt8>) -> String { String(decoding: bytes, as: UTF8.self) }
}

/// The fields of one small message, by number.
private struct Fields {
    private var values: [(field: Int, value: ProtobufReader.Value)] = []

    init(_ bytes: ArraySlice<UInt8>) throws(ModelFileError) {
        var reader = ProtobufReader(bytes)
        while let next = try reader.next() { values.append(next) }
    }

    func text(_ field: Int) -> String {
        for case (field, .data(let bytes)) in values { return ONNXFile.text(bytes) }
        return ""
    }

    func integer(_ field: Int) -> Int { integers(field).first ?? 0 }

    /// Numbers that are written one by one, or packed into one field; what is no number is left out.
    func integers(_ field: Int) -> [Int] {
        values.filter { $0.field == field }.flatMap { entry -> [Int] in
            switch entry.value {
            case .integer(let value): return [Int(clamping: value)]
            case .data(let packed):
                var reader = ProtobufReader(packed)
                var numbers: [Int] = []
                while !reader.isAtEnd, let value = try? reader.varint() { numbers.append(Int(clamping: value)) }
                return numbers
            case .fixed: return []
            }
        }
    }
}
