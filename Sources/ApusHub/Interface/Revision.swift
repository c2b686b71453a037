/// A branch, a tag, or a commit by its 40 hexadecimal digits.
public struct Revision: Sendable, Hashable, CustomStringConvertible {
    public let name: String

    public static let main = Revision(unchecked: "main")

    private init(unchecked name: String) { self.name = name }

    private static let maximumLength = 255

    /// Checks `name` by git's rules for references (git-check-ref-format).
    public init(_ name: String) throws(HubError) {
        func refuse(_ reason: String) -> HubError {
            HubError(
                .invalidRevision, "\(name.debugDescription) is not a revision: \(reason)",
                nextStep: "Use a branch such as 'main', a tag, or a commit of 40 hexadecimal digits")
        }
        guard !name.isEmpty else { throw refuse("it is empty") }
        guard name.utf8.count <= Self.maximumLength else { throw refuse("it is longer than \(Self.maximumLength) bytes") }
        if let scalar = name.unicodeScalars.first(where: { $0.value <= 0x20 || $0.value == 0x7F || "~^:?*[\\".unicodeScalars.contains($0) }) {
            throw refuse("it contains \(String(scalar).debugDescription)")
        }
        for sequence in ["..", "@{", "//"] where name.contains(sequence) { throw refuse("it contains '\(sequence)'") }
        for component in name.split(separator: "/", omittingEmptySubsequences: false) {
            guard !component.isEmpty else { throw refuse("it begins or ends with '/'") }
            guard !component.hasPrefix("."), !component.hasSuffix("."), !component.hasSuffix(".lock") else {
                throw refuse("a component begins or ends with '.', or ends with '.lock'")
            }
        }
        self.init(unchecked: name)
    }

    /// Whether this names a commit directly, so that what it names can never change.
    public var isCommit: Bool { Hexadecimal.isDigest(name, digits: 40) }

    public var description: String { name }
}

/// A branch or tag and the commit it names.
public struct Reference: Sendable, Hashable {
    public enum Kind: String, Sendable, Hashable {
        case branch, tag
    }

    public let kind: Kind
    public let name: String
    public let commit: String

    public init(kind: Kind, name: String, commit: String) {
        self.kind = kind
        self.name = name
        self.commit = commit
    }
}
