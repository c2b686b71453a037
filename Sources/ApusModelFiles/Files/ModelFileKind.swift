/// What a file is, told by its first bytes and never by its name.
public enum ModelFileKind: String, Sendable, CaseIterable {
    case hdf5 = "HDF5 (Keras .h5)"
    case zip = "zip (.keras, .npz or PyTorch .pth)"
    case pickle = "pickle"
    case npy = "NumPy array (.npy)"
    case safetensors = "safetensors"
    case json = "JSON"
    case onnx = "ONNX"
    case unknown = "unknown"

    static let hdf5Signature: [UInt8] = [0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A]

    /// The kind of the file at `path`.
    public static func detect(_ path: String) throws(ModelFileError) -> ModelFileKind {
        detect(head: try FileBytes.head(of: path, count: 64))
    }

    /// The kind of a file that begins with `head` (64 bytes are enough).
    public static func detect(head: [UInt8]) -> ModelFileKind {
        if head.starts(with: hdf5Signature) { return .hdf5 }
        if head.starts(with: [0x50, 0x4B, 0x03, 0x04]) || head.starts(with: [0x50, 0x4B, 0x05, 0x06]) { return .zip }
        if head.starts(with: [0x93] + Array("NUMPY".utf8)) { return .npy }
        if isSafetensors(head) { return .safetensors }
        // Opcode PROTO and a protocol that exists; protocols 0 and 1 have no mark of their own.
        if head.count >= 2, head[0] == 0x80, (2...5).contains(head[1]) { return .pickle }
        if isJSON(head) { return .json }
        if isONNX(head) { return .onnx }
        return .unknown
    }

    /// Eight bytes of a little-endian length below 2^32, then the beginning of a JSON object.
    private static func isSafetensors(_ head: [UInt8]) -> Bool {
        head.count > 9 && head[8] == UInt8(ascii: "{") && head[4..<8].allSatisfy { $0 == 0 }
            && (head[9] == UInt8(ascii: "\"") || head[9] == UInt8(ascii: "}") || head[9] == UInt8(ascii: " "))
    }

    /// Field 1, a small IR version, and then field 2, the producer, as every exporter begins: a protocol buffer has no signature.
    private static func isONNX(_ head: [UInt8]) -> Bool {
        head.count > 4 && head[0] == 0x08 && (1...64).contains(head[1]) && (head[2] == 0x12 || head[2] == 0x3A || head[2] == 0x42)
    }

    private static func isJSON(_ head: [UInt8]) -> Bool {
        let text = head.starts(with: [0xEF, 0xBB, 0xBF]) ? head.dropFirst(3) : head[...]
        guard let first = text.first(where: { $0 != 0x20 && $0 != 0x09 && $0 != 0x0A && $0 != 0x0D }) else { return false }
        return first == UInt8(ascii: "{") || first == UInt8(ascii: "[")
    }
}
