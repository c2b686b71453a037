/// Why a file is not a notebook that can be read here: what is wrong, where, and what to do.
public struct NotebookError: Error, Equatable, CustomStringConvertible {
    public enum Code: Sendable, Equatable {
        /// The text is not JSON.
        case notJSON
        /// The JSON is not a notebook.
        case notANotebook
        /// A notebook of format 1 to 3, or of a later one than 4.
        case unsupportedVersion
        /// A member is missing or of a wrong type.
        case invalid
    }

    public let code: Code
    /// The member, such as `cells[3].outputs[0].text`; empty for the whole file.
    public let location: String
    public let message: String

    init(_ code: Code, at location: String = "", _ message: String) {
        self.code = code
        self.location = location
        self.message = message
    }

    public var description: String { location.isEmpty ? message : "\(location): \(message)" }
}
