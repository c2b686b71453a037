/// Why a model file could not be read or written: what happened, the values involved, the next step.
public struct ModelFileError: Error, Equatable, CustomStringConvertible {
    public enum Code: Sendable {
        /// The HDF5 library is not installed.
        case missingLibrary
        /// The file is not there, or may not be opened.
        case unreadable
        /// The content is of another kind than the one that was asked for.
        case wrongKind
        /// The content is cut off or contradicts itself.
        case damaged
        /// The content is sound, but describes something that Apus does not compute.
        case unsupported
        /// The file could not be written; whatever was there before is still there.
        case unwritable
    }

    public let code: Code
    public let message: String
    /// What to do next.
    public let nextStep: String
    /// The file, once it is known.
    public var path: String?

    public init(_ code: Code, _ message: String, hint: String, path: String? = nil) {
        self.code = code
        self.message = message
        nextStep = hint
        self.path = path
    }

    public var description: String {
        (path.map { "\($0): " } ?? "") + "\(message). \(nextStep)"
    }

    func at(_ path: String) -> ModelFileError {
        var error = self
        error.path = error.path ?? path
        return error
    }
}

/// Runs `body` and adds `path` to an error that does not name its file yet.
func namingFile<Result>(_ path: String, _ body: () throws(ModelFileError) -> Result) throws(ModelFileError) -> Result {
    do { return try body() } catch { throw error.at(path) }
}
