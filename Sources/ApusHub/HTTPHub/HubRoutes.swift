/// The URLs of a hub's HTTP interface.
struct HubRoutes: Sendable {
    /// The hub's URL, without a final `/`.
    let endpoint: String

    var whoami: String { endpoint + "/api/whoami-v2" }
    var createRepository: String { endpoint + "/api/repos/create" }
    /// Where a user makes and sees tokens.
    var tokenSettings: String { endpoint + "/settings/tokens" }

    func repositories(_ kind: RepositoryID.Kind, of author: String) -> String {
        "\(endpoint)/api/\(kind.plural)?author=\(PercentEncoding.encode(author, isComponent: true))&limit=1000"
    }

    /// The page for people.
    func page(_ repository: RepositoryID) -> String { "\(endpoint)/\(Self.prefix(repository))\(repository.path)" }

    func resolve(_ path: String, in repository: RepositoryID, revision: String) -> String {
        "\(page(repository))/resolve/\(PercentEncoding.encode(revision, isComponent: true))/\(PercentEncoding.encode(path))"
    }

    func api(_ repository: RepositoryID) -> String { "\(endpoint)/api/\(repository.kind.plural)/\(repository.path)" }

    /// `/api/{kind}s/{id}/{action}/{revision}`.
    func api(_ repository: RepositoryID, _ action: String, _ revision: String) -> String {
        "\(api(repository))/\(action)/\(PercentEncoding.encode(revision, isComponent: true))"
    }

    func tree(_ repository: RepositoryID, revision: String) -> String { "\(api(repository, "tree", revision))?recursive=true&expand=false" }

    func largeFiles(_ repository: RepositoryID) -> String { page(repository) + ".git/info/lfs/objects/batch" }

    /// Models have no prefix in the URLs of pages.
    private static func prefix(_ repository: RepositoryID) -> String { repository.kind == .model ? "" : repository.kind.plural + "/" }
}
