public import ApusJSON

/// What a file holds, for people and for programs.
public struct FileReport: Sendable {
    public struct Array: Sendable {
        public var name: String
        /// Such as `float32`.
        public var elementType: String
        public var shape: [Int]
    }

    public struct Layer: Sendable {
        public var name: String
        /// As in a `%%build` cell, or the class of another framework.
        public var declaration: String
        /// Without the batch dimension; nil is left open.
        public var outputShape: [Int?]
        public var parameterCount: Int
    }

    /// Such as `NumPy array`.
    public var kind: String
    /// Of the format or of its writer.
    public var version: String?
    /// Size of the file.
    public var byteCount: Int
    public var metadata: JSONObject = [:]
    public var arrays: [Array] = []
    public var layers: [Layer] = []

    init(kind: String, version: String? = nil) {
        self.kind = kind
        self.version = version
        byteCount = 0
    }

    public var json: JSON {
        var object: JSONObject = ["kind": .string(kind), "bytes": .int(byteCount)]
        object["version"] = version.map(JSON.string) ?? .null
        object["metadata"] = .object(metadata)
        object["arrays"] = .array(
            arrays.map { ["name": .string($0.name), "dtype": .string($0.elementType), "shape": .array($0.shape.map(JSON.int))] })
        object["layers"] = .array(
            layers.map {
                [
                    "name": .string($0.name), "layer": .string($0.declaration),
                    "output_shape": .array($0.outputShape.map { $0.map(JSON.int) ?? .null }), "parameters": .int($0.parameterCount),
                ]
            })
        return .object(object)
    }
}
