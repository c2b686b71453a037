public import ApusJSON

/// What cells leave for later cells. Owned by the session's actor.
struct WorkspaceContents {
    struct Entry {
        var value: Any
        var producer: String
        /// The number of the cell that made it.
        var cell: Int
        var describe: () -> String
    }

    var entries: [String: Entry] = [:]
    var parameters: [String: JSON] = [:]
    /// Names in the order in which they first came.
    var order: [String] = []
    var parameterOrder: [String] = []
    /// Variables of Swift code that are no parameters.
    var variables: [WorkspaceListing] = []

    mutating func set(_ entry: Entry, for name: String) {
        if entries.updateValue(entry, forKey: name) == nil { order.append(name) }
    }

    mutating func remove(_ name: String) {
        if entries.removeValue(forKey: name) != nil { order.removeAll { $0 == name } }
    }

    mutating func setParameter(_ value: JSON, for name: String) {
        if parameters.updateValue(value, forKey: name) == nil { parameterOrder.append(name) }
    }
}

/// The workspace as one cell sees it: writes are staged, and reach later cells only when the cell ends well or ``commit()`` is called.
///
/// Values of reference type are shared with the workspace: a magic that changes a model in place copies it first, or a failing
/// cell would leave it half changed.
public final class Workspace {
    private(set) var committed: WorkspaceContents
    private var staged: WorkspaceContents
    private(set) var hasCommitted = false
    private let cell: Int
    /// The magic that is running, for the error about a missing value.
    var consumer = ""

    init(_ contents: WorkspaceContents, cell: Int) {
        committed = contents
        staged = contents
        self.cell = cell
    }

    /// The value of `key`; setting nil removes it.
    public subscript<Value>(key: WorkspaceKey<Value>) -> Value? {
        get { staged.entries[key.name]?.value as? Value }
        set {
            guard let value = newValue else { return staged.remove(key.name) }
            staged.set(.init(value: value, producer: key.producer, cell: cell) { key.description(of: value) }, for: key.name)
        }
    }

    /// The value of `key`.
    ///
    /// - Throws: ``MissingWorkspaceValue``, which names the magic to run.
    public func require<Value>(_ key: WorkspaceKey<Value>) throws(MissingWorkspaceValue) -> Value {
        guard let value = self[key] else { throw MissingWorkspaceValue(key, neededBy: consumer) }
        return value
    }

    public func contains(_ key: any AnyWorkspaceKey) -> Bool { staged.entries[key.name] != nil }

    /// The number of the cell that made the value of `key`.
    public func cell(of key: any AnyWorkspaceKey) -> Int? { staged.entries[key.name]?.cell }

    /// The parameters by name, with what this cell has set.
    public var parameters: [String: JSON] { staged.parameters }

    /// The parameters in the order in which they first came.
    public var parameterNames: [String] { staged.parameterOrder }

    public func setParameter(_ name: String, to value: JSON) { staged.setParameter(value, for: name) }

    /// Makes everything staged so far permanent, whatever becomes of the rest of the cell: what an interrupted training does with the
    /// best weights it had.
    public func commit() {
        committed = staged
        hasCommitted = true
    }

    /// Lists variables that cells of Swift have declared; replaces the earlier list.
    public func setVariables(_ variables: [WorkspaceListing]) { staged.variables = variables }

    /// Empties the workspace; the parameters stay unless `parameters` is set.
    public func removeAll(parameters: Bool) {
        staged = WorkspaceContents(parameters: parameters ? [:] : staged.parameters, parameterOrder: parameters ? [] : staged.parameterOrder)
    }

    /// One line for each value: name, description, producer and the number of the cell.
    public var listing: [WorkspaceListing] { staged.listing }
}

extension WorkspaceContents {
    var listing: [WorkspaceListing] {
        order.compactMap { name in
            entries[name].map { WorkspaceListing(name: name, summary: $0.describe(), producer: $0.producer, cell: $0.cell) }
        } + variables
    }
}

/// What `%who` says about one value.
public struct WorkspaceListing: Sendable, Equatable {
    public let name: String
    public let summary: String
    /// The magic that made it, without percent signs; empty for a variable of Swift code.
    public let producer: String
    public let cell: Int

    public init(name: String, summary: String, producer: String, cell: Int) {
        self.name = name
        self.summary = summary
        self.producer = producer
        self.cell = cell
    }
}
