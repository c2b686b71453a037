public import ApusJSON

/// What a magic has while it is checked without running.
public final class CheckContext {
    /// The magic's name, without percent signs.
    public let magic: String
    public let source: CellSource
    public let body: CellBody?
    /// The parameters that earlier cells set.
    public let parameters: [String: JSON]
    public let environment: SessionEnvironment
    /// What earlier cells would leave in the workspace, as far as that is known without running: shapes, layers, names of outputs.
    /// A magic sets values here for later ones, under keys of its own.
    public var plan: CheckPlan

    private let call: MagicCall
    private(set) var diagnostics: [(CellDiagnostic.Severity, CellMistake)] = []

    init(call: MagicCall, source: CellSource, parameters: [String: JSON], environment: SessionEnvironment, plan: CheckPlan) {
        magic = call.name
        self.source = source
        body = call.body
        self.parameters = parameters
        self.environment = environment
        self.plan = plan
        self.call = call
    }

    /// Reports a mistake; one without a place is reported at the magic's name.
    public func report(_ mistake: CellMistake, as severity: CellDiagnostic.Severity = .error) {
        var mistake = mistake
        mistake.range = mistake.range ?? call.nameRange
        diagnostics.append((severity, mistake))
    }

    /// Reports whatever reading the cell threw.
    public func report(_ error: any Error, as severity: CellDiagnostic.Severity = .error) {
        switch error {
        case let mistake as CellMistake: report(mistake, as: severity)
        case let error as any ExplainedError:
            report(CellMistake(error.name, error.title, at: nil, details: error.details, hint: error.hint), as: severity)
        default: report(CellMistake(String(describing: type(of: error)), String(describing: error), at: nil), as: severity)
        }
    }

    /// The scalars of the value given for the option called `name` (with its dashes), or of the option when it has no value of its own.
    public func range(ofOption name: String) -> Range<Int>? { call.range(ofOption: name) }
}

/// What is known about the workspace before anything has run.
public struct CheckPlan {
    private var values: [String: Any] = [:]
    /// The names of the keys that earlier cells leave.
    private(set) var keys: Set<String> = []

    public init() {}

    public subscript<Value>(key: WorkspaceKey<Value>) -> Value? {
        get { values[key.name] as? Value }
        set { values[key.name] = newValue }
    }

    /// Whether an earlier cell leaves a value for `key`.
    public func contains(_ key: any AnyWorkspaceKey) -> Bool { keys.contains(key.name) }

    mutating func add(_ key: any AnyWorkspaceKey) { keys.insert(key.name) }

    mutating func removeAll() { self = CheckPlan() }
}
