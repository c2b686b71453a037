import ApusJSON

extension HTTPHub {
    /// Adds to an error about a name what the hub has instead; when that cannot be asked, the error stays as it is.
    func explaining<Result>(
        _ repository: RepositoryID, _ revision: Revision, path: String? = nil, shouldStop: () -> Bool, _ body: () throws(HubError) -> Result
    ) throws(HubError) -> Result {
        do throws(HubError) {
            return try body()
        } catch {
            switch error.code {
            case .repositoryNotFound: throw missingRepository(repository, error, shouldStop)
            case .revisionNotFound: throw missingRevision(repository, revision, error)
            case .entryNotFound: throw missingEntry(repository, revision, path ?? "", error, shouldStop)
            default: throw error
            }
        }
    }

    private func missingRepository(_ repository: RepositoryID, _ error: HubError, _ shouldStop: () -> Bool) -> HubError {
        for kind in RepositoryID.Kind.allCases where kind != repository.kind {
            guard let other = try? RepositoryID(kind, repository.path), ask(server.routes.api(other), shouldStop)?["id"] != nil else { continue }
            return HubError(
                error.code, "there is no \(repository) at \(endpoint), but a \(kind.rawValue) of that name",
                nextStep: "Ask for the type \(kind.rawValue)")
        }
        guard let namespace = repository.namespace, let list = ask(server.routes.repositories(repository.kind, of: namespace), shouldStop)?.array
        else {
            return error
        }
        let names = list.compactMap { $0["id"]?.string }.filter { (try? RepositoryID(repository.kind, $0)) != nil }
        return HubError(
            error.code, error.message, nextStep: error.nextStep, suggestions: NameSuggestions.nearest(to: repository.path, among: names))
    }

    private func missingRevision(_ repository: RepositoryID, _ revision: Revision, _ error: HubError) -> HubError {
        guard let names = try? references(of: repository).map(\.name).filter({ (try? Revision($0)) != nil }) else { return error }
        return HubError(
            error.code, error.message, nextStep: "It has: " + (names.isEmpty ? "none" : names.prefix(10).joined(separator: ", ")),
            suggestions: NameSuggestions.nearest(to: revision.name, among: names))
    }

    private func missingEntry(
        _ repository: RepositoryID, _ revision: Revision, _ path: String, _ error: HubError, _ shouldStop: () -> Bool
    ) -> HubError {
        guard let paths = try? list(repository, revision, shouldStop: shouldStop).map(\.path) else { return error }
        return HubError(missingEntry: path, among: paths, error.code, error.message, commit: error.commit)
    }

    /// One question, asked once.
    private func ask(_ url: String, _ shouldStop: () -> Bool) -> JSON? {
        try? server.exchange(
            "GET", url, token: server.token, context: server.context(), stallTimeout: server.environment.answerTimeout, shouldStop: shouldStop
        ).json
    }
}
