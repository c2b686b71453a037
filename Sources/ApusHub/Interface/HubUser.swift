/// Who is at the hub.
public struct HubUser: Sendable, Hashable {
    public let name: String
    public let fullName: String?
    /// Organisations whose repositories the user may use.
    public let organisations: [String]
    /// What the token allows.
    public let role: Role
    /// The name under which the user made the token.
    public let tokenName: String?
    /// Nobody gave a token.
    public let isAnonymous: Bool

    public enum Role: String, Sendable, Hashable {
        case read, write, admin
        /// What the token allows differs from repository to repository.
        case fineGrained
    }

    public init(name: String, fullName: String? = nil, organisations: [String] = [], role: Role, tokenName: String? = nil, isAnonymous: Bool) {
        self.name = name
        self.fullName = fullName
        self.organisations = organisations
        self.role = role
        self.tokenName = tokenName
        self.isAnonymous = isAnonymous
    }
}
