/// Which repository: its kind, and `name` or `namespace/name` as the Hugging Face Hub allows them.
public struct RepositoryID: Sendable, Hashable, CustomStringConvertible {
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        case model, dataset, space

        /// The folder in a `file:` hub, and the first word of names in the cache.
        public var plural: String { rawValue + "s" }
    }

    public let kind: Kind
    /// The user or organisation; nil for the few old repositories without one.
    public let namespace: String?
    public let name: String

    private static let maximumLength = 96

    /// Checks `text` by the rules of the Hub: ASCII letters, digits, `-`, `_` and `.`; no `--`, `..` or final `.git`.
    public init(_ kind: Kind, _ text: String) throws(HubError) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count <= 2 else { throw Self.invalid(text, "it has more than one '/'") }
        for part in parts {
            guard (1...Self.maximumLength).contains(part.utf8.count) else {
                throw Self.invalid(text, "each part must have 1 to \(Self.maximumLength) characters")
            }
            if let scalar = part.unicodeScalars.first(where: { !Self.isAllowed($0) }) {
                throw Self.invalid(text, "it contains \(scalar.escaped(asASCII: true).debugDescription)")
            }
            guard let first = part.first, let last = part.last, !"-.".contains(first), !"-.".contains(last) else {
                throw Self.invalid(text, "a part may not begin or end with '-' or '.'")
            }
        }
        for sequence in ["--", ".."] where text.contains(sequence) { throw Self.invalid(text, "it contains '\(sequence)'") }
        guard !text.hasSuffix(".git") else { throw Self.invalid(text, "it ends with '.git'") }
        self.kind = kind
        namespace = parts.count == 2 ? String(parts[0]) : nil
        name = String(parts[parts.count - 1])
    }

    /// `namespace/name`, or the name alone.
    public var path: String { namespace.map { "\($0)/\(name)" } ?? name }

    public var description: String { "\(kind.rawValue) \(path)" }

    /// The folder of this repository in the Python client's cache: `datasets--namespace--name`.
    public var cacheFolderName: String { ([kind.plural] + [namespace, name].compactMap { $0 }).joined(separator: "--") }

    private static func isAllowed(_ scalar: Unicode.Scalar) -> Bool {
        scalar.isASCII && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar) || scalar == "-" || scalar == "_" || scalar == ".")
    }

    private static func invalid(_ text: String, _ reason: String) -> HubError {
        HubError(
            .invalidName, "\(text.debugDescription) is not a repository name: \(reason)",
            nextStep: "Write it as 'name' or 'namespace/name' with ASCII letters, digits, '-', '_' and '.'")
    }
}
