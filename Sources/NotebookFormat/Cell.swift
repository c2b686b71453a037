public import ApusJSON

extension Notebook {
    /// One cell.
    public struct Cell: Sendable, Hashable {
        public enum Kind: String, Sendable, Hashable {
            case code, markdown, raw
        }

        public var kind: Kind
        /// 1 to 64 letters, digits, `-` and `_`, unique in the notebook; nil before format 4.5.
        public var id: String?
        public var source: String
        public var metadata: JSONObject
        /// What a code cell showed; empty for other kinds.
        public var outputs: [Output]
        /// The prompt number of a code cell that ran.
        public var executionCount: Int?
        /// Pictures of a markdown or raw cell: file name to MIME bundle.
        public var attachments: JSONObject?
        /// Members that this package does not know.
        public var other: JSONObject

        public init(
            _ kind: Kind, source: String, id: String? = nil, metadata: JSONObject = [:], outputs: [Output] = [], executionCount: Int? = nil,
            attachments: JSONObject? = nil, other: JSONObject = [:]
        ) {
            self.kind = kind
            self.id = id
            self.source = source
            self.metadata = metadata
            self.outputs = outputs
            self.executionCount = executionCount
            self.attachments = attachments
            self.other = other
        }

        public var tags: [String] { (metadata["tags"]?.array ?? []).compactMap(\.string) }
    }
}
