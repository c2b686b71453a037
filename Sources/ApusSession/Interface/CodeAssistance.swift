public import ApusJSON

/// What may replace the scalars `start..<end` of the code.
public struct Completions: Sendable, Equatable {
    public struct Item: Sendable, Equatable {
        public var text: String
        /// The kind of thing in one word (`magic`, `option`, `layer`, `value`, `parameter`), shown beside it.
        public var kind: String
        /// One line about it; may be empty.
        public var summary: String

        public init(_ text: String, kind: String, summary: String = "") {
            self.text = text
            self.kind = kind
            self.summary = summary
        }
    }

    public var items: [Item]
    public var start: Int
    public var end: Int

    public init(items: [Item], start: Int, end: Int) {
        self.items = items
        self.start = start
        self.end = end
    }
}

/// How much an inspection tells: a tooltip (`?`, Shift-Tab) or everything (`??`).
public enum InspectionDetail: Int, Sendable, Equatable {
    case brief = 0
    case full = 1
}

public enum Completeness: Sendable, Equatable {
    case complete
    /// More lines are needed; `indent` is what the next line should begin with.
    case incomplete(indent: String)
    case invalid
    case unknown
}

/// Name and highlighting of the cell language, as `kernel_info` reports it.
public struct LanguageInfo: Sendable, Equatable {
    public var name: String
    public var version: String
    public var mimetype: String
    public var fileExtension: String

    public init(name: String, version: String, mimetype: String, fileExtension: String) {
        self.name = name
        self.version = version
        self.mimetype = mimetype
        self.fileExtension = fileExtension
    }

    /// The `language_info` of Jupyter, the same in a kernel's answer and in the metadata of a notebook.
    public var jupyter: JSONObject {
        [
            "name": .string(name), "version": .string(version), "mimetype": .string(mimetype), "file_extension": .string(fileExtension),
            "pygments_lexer": .string(name), "codemirror_mode": .string(name), "nbconvert_exporter": "script",
        ]
    }

    public static let swift = LanguageInfo(name: "swift", version: "6.3", mimetype: "text/x-swift", fileExtension: ".swift")
}
