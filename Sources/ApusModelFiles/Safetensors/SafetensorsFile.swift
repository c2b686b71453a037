import ApusJSON

/// A safetensors file: named arrays behind a JSON header, the format of Hugging Face.
///
/// A little-endian u64 with the header's length, the header `{name: {"dtype", "shape", "data_offsets"}, "__metadata__": {...}}` padded with
/// spaces to eight bytes, then the data without gaps. Format and checks follow github.com/huggingface/safetensors.
public struct SafetensorsFile: Sendable, Equatable {
    public struct Entry: Sendable, Equatable {
        public let name: String
        public let array: WeightArray
        /// In the file that it was read from; written is always float32.
        public let elementType: ElementType

        public init(_ name: String, _ array: WeightArray, _ elementType: ElementType = .float32) {
            self.name = name
            self.array = array
            self.elementType = elementType
        }
    }

    /// In the order in which their data lie in the file.
    public var tensors: [Entry]
    /// Texts by name.
    public var metadata: [(key: String, value: String)]

    public init(tensors: [Entry], metadata: [(key: String, value: String)] = []) {
        self.tensors = tensors
        self.metadata = metadata
    }

    public subscript(name: String) -> WeightArray? { tensors.first { $0.name == name }?.array }

    public func metadata(_ key: String) -> String? { metadata.first { $0.key == key }?.value }

    public static func == (left: SafetensorsFile, right: SafetensorsFile) -> Bool {
        left.tensors == right.tensors && left.metadata.elementsEqual(right.metadata) { $0 == $1 }
    }

    /// As the reference implementation has it.
    static let maximumHeaderSize = 100_000_000
    static let metadataKey = "__metadata__"
}

// MARK: Writing

extension SafetensorsFile {
    /// Writes the file, all arrays as F32, replacing one that is there only once the new one is complete.
    public func write(to path: String) throws(ModelFileError) {
        let bytes = try namingFile(path) { () throws(ModelFileError) in try encoded() }
        try FileBytes.replace(path, with: bytes)
    }

    package func encoded() throws(ModelFileError) -> [UInt8] {
        var header: JSONObject = [:]
        if !metadata.isEmpty { header[Self.metadataKey] = .object(JSONObject(metadata.map { ($0.key, .string($0.value)) })) }
        var offset = 0
        for tensor in tensors {
            guard header[tensor.name] == nil, tensor.name != Self.metadataKey else {
                throw ModelFileError(.unwritable, "two arrays are called '\(tensor.name)'", hint: "Give each its own name.")
            }
            let end = offset + 4 * tensor.array.values.count
            header[tensor.name] = [
                "dtype": "F32", "shape": .array(tensor.array.shape.map(JSON.int)), "data_offsets": [.int(offset), .int(end)],
            ]
            offset = end
        }
        var text = Array(JSON.object(header).text().utf8)
        text += [UInt8](repeating: UInt8(ascii: " "), count: (8 - text.count % 8) % 8)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(8 + text.count + offset)
        withUnsafeBytes(of: UInt64(text.count).littleEndian) { bytes.append(contentsOf: $0) }
        bytes += text
        for tensor in tensors {
            // Float's memory is what the file holds: every machine that Apus runs on is little-endian.
            tensor.array.values.withUnsafeBytes { bytes.append(contentsOf: $0) }
        }
        return bytes
    }
}
