public import ApusJSON

/// One thing that a running cell shows.
public enum CellEvent: Sendable, Equatable {
    case stream(StreamName, String)
    case display(DisplayData)
    /// Replaces every earlier display with the same id.
    case updateDisplay(DisplayData)
    /// Removes the cell's outputs, at once or when the next output comes.
    case clearOutput(wait: Bool)
    /// The value of the cell.
    case result(MIMEBundle)
    case error(CellError)
}

public enum StreamName: String, Sendable, Equatable {
    case stdout, stderr
}

/// Something shown, with the id under which it can be updated later.
public struct DisplayData: Sendable, Equatable {
    public var bundle: MIMEBundle
    public var id: String?

    public init(_ bundle: MIMEBundle, id: String? = nil) {
        self.bundle = bundle
        self.id = id
    }
}

/// One value in several representations by MIME type; a front end shows the richest it understands.
public struct MIMEBundle: Sendable, Equatable {
    public var data: JSONObject
    public var metadata: JSONObject

    public init(_ data: JSONObject, metadata: JSONObject = [:]) {
        self.data = data
        self.metadata = metadata
    }

    /// `text` for terminals and logs, with the richer forms beside it.
    public init(text: String, html: String? = nil, svg: String? = nil, markdown: String? = nil) {
        var data: JSONObject = ["text/plain": .string(text)]
        data["text/html"] = html.map(JSON.string)
        data["image/svg+xml"] = svg.map(JSON.string)
        data["text/markdown"] = markdown.map(JSON.string)
        self.init(data)
    }

    public var text: String? { data["text/plain"]?.string }
}
