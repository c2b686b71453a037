/// Names one value that cells pass on to later cells, and says which magic makes it.
///
/// Extend ``WorkspaceKeys`` with the keys of your magics. `Value` need not be `Sendable`: it never leaves the session's actor.
public struct WorkspaceKey<Value>: AnyWorkspaceKey {
    /// Unique in the workspace; what `%who` shows.
    public let name: String
    /// The magic that makes the value, without percent signs.
    public let producer: String
    private let describe: @Sendable (Value) -> String

    /// - Parameter describe: One line for `%who`: shapes, counts, names.
    public init(_ name: String, producedBy producer: String, describe: @escaping @Sendable (Value) -> String) {
        self.name = name
        self.producer = producer
        self.describe = describe
    }

    func description(of value: Value) -> String { describe(value) }
}

/// A workspace key of any type.
public protocol AnyWorkspaceKey: Sendable {
    var name: String { get }
    var producer: String { get }
}

/// The place for the keys of all magics: `extension WorkspaceKeys { static let model = WorkspaceKey<Model>(...) }`.
public enum WorkspaceKeys {}

/// A cell needs a value that no cell has left yet.
public struct MissingWorkspaceValue: ExplainedError, Equatable, CustomStringConvertible {
    public var name: String { "MissingValue" }
    public let key: String
    public let producer: String
    /// The magic that asked, without percent signs; empty when unknown.
    public var consumer: String

    public init(_ key: any AnyWorkspaceKey, neededBy consumer: String = "") {
        self.key = key.name
        producer = key.producer
        self.consumer = consumer
    }

    public var title: String {
        consumer.isEmpty ? "the workspace holds no \(key)" : "%%\(consumer) needs the \(key) that %%\(producer) leaves, and there is none yet"
    }
    public var hint: String? { "run %%\(producer) first; `%who` shows what the workspace holds" }
    public var description: String { "\(title); run %%\(producer) first" }
}
