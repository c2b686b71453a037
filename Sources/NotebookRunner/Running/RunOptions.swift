public import ApusJSON

/// How a notebook is run.
public struct RunOptions: Sendable {
    /// How long each cell may take; nil for as long as it needs.
    public var timeout: Duration?
    /// Which cells run.
    public var filter: CellFilter
    /// Runs the cells after one that failed, too.
    public var allowsErrors: Bool
    /// How long an interrupted cell may take to stop before it is given up.
    public var interruptGrace: Duration
    /// The shortest time between two saves while a cell runs.
    public var saveInterval: Duration
    /// What the notebook's `kernelspec` metadata say when it names no kernel.
    public var kernelspec: JSONObject

    public init(
        timeout: Duration? = nil, filter: CellFilter = CellFilter(), allowsErrors: Bool = false, interruptGrace: Duration = .seconds(10),
        saveInterval: Duration = .seconds(1),
        kernelspec: JSONObject = ["display_name": "Swift (Apus)", "language": "swift", "name": "apus"]
    ) {
        self.timeout = timeout
        self.filter = filter
        self.allowsErrors = allowsErrors
        self.interruptGrace = interruptGrace
        self.saveInterval = saveInterval
        self.kernelspec = kernelspec
    }
}
