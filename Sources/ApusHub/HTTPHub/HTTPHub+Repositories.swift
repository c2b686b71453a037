import ApusHTTP
import ApusJSON

extension HTTPHub {
    public func repositoryInfo(_ repository: RepositoryID, revision: Revision, shouldStop: () -> Bool) throws(HubError) -> RepositoryInfo {
        let answer = try explaining(repository, revision, shouldStop: shouldStop) { () throws(HubError) in
            try server.call(
                "GET", server.routes.api(repository, "revision", revision.name) + "?blobs=true", context: server.context(repository, revision),
                shouldStop: shouldStop
            ).json
        }
        guard let sha = answer["sha"]?.string, Hexadecimal.isDigest(sha, digits: 40) else {
            throw HubError(.damaged, "\(endpoint) names no commit for the \(repository)", nextStep: "Check HF_ENDPOINT")
        }
        let siblings = try (answer["siblings"]?.array ?? []).map { (json) throws(HubError) in
            try file(
                path: json["rfilename"]?.string, size: json["size"]?.int, id: json["blobId"]?.string, sha256: json["lfs"]?["sha256"]?.string,
                repository)
        }
        return RepositoryInfo(
            id: repository, isPrivate: answer["private"]?.bool ?? false, sha: sha, siblings: siblings.sorted { $0.path < $1.path },
            url: server.routes.page(repository))
    }

    @discardableResult
    public func createRepository(_ repository: RepositoryID, isPrivate: Bool, existOK: Bool, shouldStop: () -> Bool) throws(HubError) -> String {
        var body: JSONObject = [
            "name": .string(repository.name), "organization": repository.namespace.map(JSON.string) ?? .null,
            "type": .string(repository.kind.rawValue), "visibility": isPrivate ? "private" : "public",
        ]
        // A space must say what runs it; files alone run nothing.
        if repository.kind == .space { body["sdk"] = "static" }
        do throws(HubError) {
            let answer = try server.call(
                "POST", server.routes.createRepository, .json(.object(body)), context: server.context(), stallTimeout: server.retry.work,
                shouldStop: shouldStop
            ).json
            return answer["url"]?.string ?? server.routes.page(repository)
        } catch {
            switch error.code {
            // After a lost answer the repetition finds what the first request made, which only `existOK` can tell from somebody else's.
            case .alreadyExists where existOK: return server.routes.page(repository)
            case .alreadyExists:
                throw HubError(
                    .alreadyExists, "the \(repository) already exists at \(endpoint)", nextStep: "Use it as it is, or choose another name")
            // Who may not make repositories there may still have one: its owner made it for others to write to.
            case .unauthorised where existOK:
                if (try? repositoryInfo(repository, revision: .main, shouldStop: shouldStop)) != nil { return server.routes.page(repository) }
                throw error
            default: throw error
            }
        }
    }

    public func listFiles(_ repository: RepositoryID, revision: Revision, prefix: String, shouldStop: () -> Bool) throws(HubError) -> [HubFile] {
        try explaining(repository, revision, shouldStop: shouldStop) { () throws(HubError) in
            try list(repository, revision, shouldStop: shouldStop).filter { RepositoryPath.isPath($0.path, under: prefix) }
        }
    }

    private static let maximumPages = 10_000

    /// All files, page by page.
    func list(_ repository: RepositoryID, _ revision: Revision, shouldStop: () -> Bool) throws(HubError) -> [HubFile] {
        var files: [HubFile] = []
        var next: String? = server.routes.tree(repository, revision: revision.name)
        for _ in 0..<Self.maximumPages {
            guard let url = next else { break }
            let page = try server.call("GET", url, context: server.context(repository, revision), shouldStop: shouldStop)
            for entry in page.json.array ?? [] where entry["type"]?.string == "file" {
                let large = entry["lfs"]
                files.append(
                    try file(
                        path: entry["path"]?.string, size: large?["size"]?.int ?? entry["size"]?.int, id: entry["oid"]?.string,
                        sha256: large?["oid"]?.string, repository))
            }
            next = try page.response["Link"].flatMap(LinkHeader.next).map { (text) throws(HubError) in try samePlace(text) }
        }
        return files.sorted { $0.path < $1.path }
    }

    /// The next page must be this hub's: the token goes with the request.
    private func samePlace(_ text: String) throws(HubError) -> String {
        do throws(ServerFailure) {
            let url = try server.url(text, relativeTo: try server.url(server.routes.endpoint))
            guard url.origin == server.origin else { throw ServerFailure(HubServer.moved(url, from: server.routes.endpoint)) }
            return url.text
        } catch { throw error.error }
    }

    /// One entry of a listing, of which nothing is believed: it will name files here.
    private func file(path: String?, size: Int?, id: String?, sha256: String?, _ repository: RepositoryID) throws(HubError) -> HubFile {
        guard let path, let size, size >= 0, let id, Hexadecimal.isDigest(id, digits: 40),
            sha256.map({ Hexadecimal.isDigest($0, digits: 64) }) ?? true
        else { throw HubError(.damaged, "\(endpoint) lists an incomplete entry \((path ?? "").debugDescription) in the \(repository)") }
        do throws(HubError) { try RepositoryPath.validate(path) } catch {
            throw HubError(
                error.code, "the \(repository) is not to be trusted: \(error.message)", nextStep: "Tell its owner; nothing of it was downloaded")
        }
        return HubFile(path: path, size: size, blobID: id, sha256: sha256)
    }

    // MARK: References

    public func references(of repository: RepositoryID) throws(HubError) -> [Reference] {
        let answer = try server.call("GET", server.routes.api(repository) + "/refs", context: server.context(repository), shouldStop: { false }).json
        let kinds: [(String, Reference.Kind)] = [("branches", .branch), ("tags", .tag)]
        return kinds.flatMap { key, kind in
            (answer[key]?.array ?? []).compactMap { entry in
                guard let name = entry["name"]?.string, let commit = entry["targetCommit"]?.string else { return nil }
                return Reference(kind: kind, name: name, commit: commit)
            }.sorted { $0.name < $1.name }
        }
    }

    public func createReference(_ kind: Reference.Kind, _ name: String, in repository: RepositoryID, at revision: Revision) throws(HubError) {
        let reference = try Revision(name)
        switch kind {
        case .branch:
            _ = try server.call(
                "POST", server.routes.api(repository, "branch", reference.name), .json(["startingPoint": .string(revision.name)]),
                context: server.context(repository, revision), shouldStop: { false })
        case .tag:
            _ = try server.call(
                "POST", server.routes.api(repository, "tag", revision.name), .json(["tag": .string(reference.name)]),
                context: server.context(repository, revision), shouldStop: { false })
        }
    }
}

/// The `Link` header of a listing (RFC 8288).
enum LinkHeader {
    /// The target whose `rel` is `next`.
    static func next(_ text: String) -> String? {
        for link in text.split(separator: ",") {
            let parts = link.split(separator: ";").map { $0.drop { $0 == " " } }
            guard let target = parts.first, target.first == "<", let end = target.firstIndex(of: ">") else { continue }
            if parts.dropFirst().contains(where: { $0 == "rel=\"next\"" || $0 == "rel=next" }) {
                return String(target[target.index(after: target.startIndex)..<end])
            }
        }
        return nil
    }
}
