public import ApusSession
public import NotebookFormat

/// One notebook of several that are run together.
public struct NotebookJob: Sendable {
    /// The notebook's path, as the user gave it.
    public var name: String
    /// Its content, with the parameters of the run.
    public var notebook: Notebook
    /// The absolute path that `save` writes.
    public var output: String
    /// Makes the session for one attempt.
    public var makeSession: @Sendable () -> any Session
    /// Writes what has run so far; see ``NotebookRun``.
    public var save: @Sendable (Notebook) throws -> Void

    public init(
        name: String, notebook: Notebook, output: String, makeSession: @escaping @Sendable () -> any Session,
        save: @escaping @Sendable (Notebook) throws -> Void
    ) {
        self.name = name
        self.notebook = notebook
        self.output = output
        self.makeSession = makeSession
        self.save = save
    }
}
