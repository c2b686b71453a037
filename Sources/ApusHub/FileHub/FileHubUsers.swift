import ApusJSON

/// Who may do what in a `file:` hub: the file `users.json` in its folder.
///
/// ```json
/// {"users": [{"name": "ann", "fullname": "Ann", "orgs": ["lab"],
///             "tokens": [{"name": "laptop", "role": "write", "sha256": "<SHA-256 of the token>"}]}]}
/// ```
/// Only digests of tokens are kept. Without the file everybody is the user `local` and may do everything, as with any folder.
struct FileHubUsers {
    private let users: [JSON]?

    static let localName = "local"

    init(hubFolder: String) throws(HubError) {
        let path = hubFolder + "/users.json"
        guard let bytes = try HubFiles.contents(of: path, limit: 16 << 20) else {
            users = nil
            return
        }
        guard let json = try? JSON(parsing: bytes), let users = json["users"]?.array else {
            throw HubError(.damaged, "\(path) is not a list of users", nextStep: #"Write it as {"users": [{"name": …, "tokens": […]}]}"#)
        }
        self.users = users
    }

    /// - Throws: `.unauthorised` for a token that belongs to nobody, when the hub knows its users.
    func user(of token: HubToken?) throws(HubError) -> HubUser {
        guard let token else { return HubUser(name: Self.localName, role: users == nil ? .write : .read, isAnonymous: true) }
        guard let users else { return HubUser(name: Self.localName, role: .write, isAnonymous: false) }
        var hasher = ContentHasher(sha256: ())
        hasher.update(token.withSecret { Array($0.utf8) })
        let digest = hasher.digits()
        for user in users {
            guard let name = user["name"]?.string,
                let entry = user["tokens"]?.array?.first(where: { $0["sha256"]?.string == digest })
            else { continue }
            return HubUser(
                name: name, fullName: user["fullname"]?.string, organisations: user["orgs"]?.array?.compactMap(\.string) ?? [],
                role: entry["role"]?.string.flatMap(HubUser.Role.init) ?? .read, tokenName: entry["name"]?.string, isAnonymous: false)
        }
        throw HubError(
            .unauthorised, "the hub does not know this token", nextStep: "Check HF_TOKEN or the token file, or use the hub without a token")
    }

    /// Whether the user may see a private repository of this namespace.
    func mayRead(_ user: HubUser, namespace: String?) -> Bool { users == nil || owns(user, namespace) }

    func mayWrite(_ user: HubUser, namespace: String?) -> Bool { users == nil || (user.role != .read && owns(user, namespace)) }

    private func owns(_ user: HubUser, _ namespace: String?) -> Bool {
        !user.isAnonymous && (user.role == .admin || namespace == user.name || namespace.map(user.organisations.contains) == true)
    }
}
