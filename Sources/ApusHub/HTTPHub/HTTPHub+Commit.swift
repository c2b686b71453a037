import ApusHTTP
import ApusJSON

extension HTTPHub {
    /// How often a branch may move under a commit that was not made for one state of it.
    private static let maximumMoves = 50

    /// Hashes the files, asks the hub which of them are new, sends large ones to the store, and makes one commit of all.
    ///
    /// Every request names the commit that the branch was at. A repetition after a lost answer can therefore not make a second commit: the
    /// hub refuses it, and the branch shows whether the first one arrived.
    public func commit(_ request: CommitRequest, to repository: RepositoryID, transfer: Transfer) throws(HubError) -> CommitReceipt {
        try request.validate()
        var files: [PlannedFile] = []
        var head = try self.head(of: request, in: repository, transfer)
        if let expected = request.parentCommit, expected != head { throw Self.moved(request, repository, from: expected, to: head) }
        for case .add(let path, let content) in request.operations {
            files.append(try PlannedFile(path: path, content: content, transfer: transfer))
        }
        for _ in 0..<Self.maximumMoves {
            try plan(&files, request, repository, transfer)
            try checkRemovals(request, repository, at: head, transfer)
            let isDone = request.operations.count == files.count && files.allSatisfy { $0.fate == .unchanged }
            if isDone { return receipt(request, repository, files, commit: head, isNew: false) }
            try sendLargeFiles(&files, request, repository, transfer)
            switch try post(request, repository, files, parent: head, transfer) {
            case .made(let commit, let url, let pullRequest):
                for index in files.indices where files[index].fate == .regular {
                    let (path, size) = (files[index].path, files[index].digests.size)
                    files[index].wasSent = true
                    transfer.progress(TransferProgress(path: path, phase: .uploading, completed: size, total: size))
                }
                return receipt(request, repository, files, commit: commit, url: url, isNew: true, pullRequest: pullRequest)
            case .moved(let commit):
                if let expected = request.parentCommit { throw Self.moved(request, repository, from: expected, to: commit) }
                head = commit
            }
        }
        throw HubError(
            .conflict, "the branch '\(request.branch)' of the \(repository) moves all the time: others commit to it",
            nextStep: "Run the cell again later")
    }

    private static func moved(_ request: CommitRequest, _ repository: RepositoryID, from expected: String, to commit: String) -> HubError {
        HubError(
            .conflict, "the branch '\(request.branch)' of the \(repository) moved: it was expected at \(expected) and is at \(commit)",
            nextStep: "Look at what changed, then commit again")
    }

    private func receipt(
        _ request: CommitRequest, _ repository: RepositoryID, _ files: [PlannedFile], commit: String, url: String? = nil, isNew: Bool,
        pullRequest: String? = nil
    ) -> CommitReceipt {
        CommitReceipt(
            commit: commit, url: url ?? "\(server.routes.page(repository))/commit/\(commit)", branch: request.branch, files: files.map(\.receipt),
            isNew: isNew, pullRequest: pullRequest)
    }

    // MARK: Before the commit

    private func head(of request: CommitRequest, in repository: RepositoryID, _ transfer: Transfer) throws(HubError) -> String {
        try explaining(repository, request.branch, shouldStop: transfer.shouldStop) { () throws(HubError) in
            let info = try server.call(
                "GET", server.routes.api(repository, "revision", request.branch.name), context: server.context(repository, request.branch),
                shouldStop: transfer.shouldStop
            ).json
            guard let sha = info["sha"]?.string, Hexadecimal.isDigest(sha, digits: 40) else {
                throw HubError(.damaged, "\(endpoint) names no commit for the \(repository)", nextStep: "Check HF_ENDPOINT")
            }
            return sha
        }
    }

    /// Asks the hub what it makes of each file: the same as it has, small or large.
    private func plan(_ files: inout [PlannedFile], _ request: CommitRequest, _ repository: RepositoryID, _ transfer: Transfer) throws(HubError) {
        let url = server.routes.api(repository, "preupload", request.branch.name) + (request.isPullRequest ? "?create_pr=1" : "")
        for start in stride(from: 0, to: files.count, by: LargeFileUpload.batchSize) {
            let range = start..<min(start + LargeFileUpload.batchSize, files.count)
            let asked = files[range].map { file -> JSON in
                [
                    "path": .string(file.path), "sample": .string(Base64.encode(Array(file.digests.sample.prefix(512)))),
                    "size": .int(file.digests.size),
                ]
            }
            let answer = try server.call(
                "POST", url, .json(["files": .array(asked)]), context: server.context(repository, request.branch), shouldStop: transfer.shouldStop
            ).json
            for index in range {
                let path = files[index].path
                try files[index].judge(answer["files"]?.array?.first { $0["path"]?.string == path } ?? .null, endpoint: endpoint)
            }
        }
    }

    /// What is to be removed must be there.
    private func checkRemovals(_ request: CommitRequest, _ repository: RepositoryID, at commit: String, _ transfer: Transfer) throws(HubError) {
        guard request.operations.contains(where: { if case .add = $0 { false } else { true } }) else { return }
        let paths = try list(repository, Revision(commit), shouldStop: transfer.shouldStop).map(\.path)
        for operation in request.operations {
            let isThere =
                switch operation {
                case .add: true
                case .delete(let path): paths.contains(path)
                case .deleteFolder(let path): paths.contains { $0.hasPrefix(path + "/") }
                }
            guard isThere else {
                throw HubError(
                    .entryNotFound, "there is no '\(operation.path)' to delete in the \(repository) at '\(request.branch)'",
                    nextStep: "Check the path",
                    suggestions: NameSuggestions.nearest(to: operation.path, among: paths), commit: commit)
            }
        }
    }

    /// Sends the large files that the hub wants, some of them and their parts at a time.
    private func sendLargeFiles(
        _ files: inout [PlannedFile], _ request: CommitRequest, _ repository: RepositoryID, _ transfer: Transfer
    ) throws(HubError) {
        let indices = files.indices.filter { files[$0].fate == .large }
        let large = indices.map { files[$0] }
        let upload = LargeFileUpload(
            server: server, repository: repository, branch: request.branch, connections: max(1, LargeFileUpload.connections / max(1, large.count)))
        let sent = try ParallelWork.run(count: large.count, workers: LargeFileUpload.connections, transfer: transfer) {
            (index, transfer) throws(HubError) in try upload.send(large[index], transfer)
        }
        for (index, wasSent) in zip(indices, sent) {
            if wasSent { files[index].wasSent = true }
            try files[index].checkStamp()
        }
    }

    // MARK: The commit

    private enum Outcome {
        case made(commit: String, url: String?, pullRequest: String?)
        /// Somebody else's commit came first.
        case moved(to: String)
    }

    private func post(
        _ request: CommitRequest, _ repository: RepositoryID, _ files: [PlannedFile], parent: String, _ transfer: Transfer
    ) throws(HubError) -> Outcome {
        let body = try CommitPayload.body(request, files: files, parent: parent, transfer: transfer)
        let url = server.routes.api(repository, "commit", request.branch.name) + (request.isPullRequest ? "?create_pr=1" : "")
        let before = request.isPullRequest ? try pullRequests(of: repository, transfer) : [:]
        var failures = 0
        while true {
            try transfer.checkStop()
            do throws(ServerFailure) {
                let answer = try server.exchange(
                    "POST", url, .bytes(body, type: CommitPayload.type), token: server.token, context: server.context(repository, request.branch),
                    stallTimeout: server.retry.work, shouldStop: transfer.shouldStop
                ).json
                guard let commit = answer["commitOid"]?.string, Hexadecimal.isDigest(commit, digits: 40) else {
                    throw ServerFailure(HubError(.damaged, "\(endpoint) does not name the commit that it made"), isTransient: true)
                }
                return .made(commit: commit, url: answer["commitUrl"]?.string, pullRequest: answer["pullRequestUrl"]?.string)
            } catch {
                guard error.isTransient || error.error.code == .conflict else { throw error.error }
                // Either nothing happened, or the answer was lost, or somebody else was faster: the hub itself knows.
                if let made = try arrived(request, repository, files, before: before, parent: parent, transfer) { return made }
                if !request.isPullRequest || error.error.code == .conflict {
                    let now = try head(of: request, in: repository, transfer)
                    if now != parent { return .moved(to: now) }
                }
                guard failures < server.retry.retries else { throw error.error }
                try server.pause(before: failures, failure: error, shouldStop: transfer.shouldStop)
                failures += 1
            }
        }
    }

    /// The commit if the hub made it although its answer was no success.
    private func arrived(
        _ request: CommitRequest, _ repository: RepositoryID, _ files: [PlannedFile], before: [String: String], parent: String, _ transfer: Transfer
    ) throws(HubError) -> Outcome? {
        guard request.isPullRequest else {
            let now = try head(of: request, in: repository, transfer)
            guard now != parent, try holds(now, request, repository, files, transfer) else { return nil }
            return .made(commit: now, url: nil, pullRequest: nil)
        }
        for (reference, commit) in try pullRequests(of: repository, transfer) where before[reference] == nil {
            guard try holds(commit, request, repository, files, transfer) else { continue }
            let number = reference.split(separator: "/").last.map(String.init) ?? ""
            return .made(commit: commit, url: nil, pullRequest: "\(server.routes.page(repository))/discussions/\(number)")
        }
        return nil
    }

    /// Whether a commit has everything that the request adds and nothing that it removes.
    private func holds(
        _ commit: String, _ request: CommitRequest, _ repository: RepositoryID, _ files: [PlannedFile], _ transfer: Transfer
    ) throws(HubError) -> Bool {
        let listed = try list(repository, Revision(commit), shouldStop: transfer.shouldStop)
        var etags: [String: ETag] = [:]
        for file in listed { etags[file.path] = file.etag }
        guard files.allSatisfy({ etags[$0.path] == $0.etag }) else { return false }
        return request.operations.allSatisfy { operation in
            switch operation {
            case .add: true
            case .delete(let path): etags[path] == nil
            case .deleteFolder(let path): !etags.keys.contains { $0.hasPrefix(path + "/") }
            }
        }
    }

    /// The pull requests that there are, by reference, with their commits.
    private func pullRequests(of repository: RepositoryID, _ transfer: Transfer) throws(HubError) -> [String: String] {
        let answer = try server.call(
            "GET", server.routes.api(repository) + "/refs?include_prs=1", context: server.context(repository), shouldStop: transfer.shouldStop
        ).json
        var found: [String: String] = [:]
        for entry in answer["pullRequests"]?.array ?? [] {
            guard let reference = entry["ref"]?.string, let commit = entry["targetCommit"]?.string, Hexadecimal.isDigest(commit, digits: 40) else {
                continue
            }
            found[reference] = commit
        }
        return found
    }
}
