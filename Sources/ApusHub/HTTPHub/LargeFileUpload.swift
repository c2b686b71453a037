import ApusHTTP
package import ApusJSON

/// Sends large files to the store that the hub names (Git LFS batch, transfers `basic` and `multipart`).
struct LargeFileUpload {
    let server: HubServer
    let repository: RepositoryID
    let branch: Revision
    let transfer: Transfer

    private static let type = "application/vnd.git-lfs+json"
    /// A hub's limit for one question.
    static let batchSize = 256
    /// A signed URL that is refused is asked for again so often.
    private static let maximumRenewals = 2

    /// Sends one file unless the store has it.
    ///
    /// - Returns: whether bytes were sent.
    func send(_ file: PlannedFile) throws(HubError) -> Bool {
        var renewals = 0
        while true {
            guard let actions = try ask(file) else { return false }
            do throws(ServerFailure) {
                try upload(file, actions)
                return true
            } catch {
                // A refusal of the store means that its URL has expired; the hub's own word stands.
                guard let status = error.status, [400, 401, 403, 404, 410].contains(status), renewals < Self.maximumRenewals else {
                    throw error.error
                }
                renewals += 1
            }
        }
    }

    /// The batch question for one object: nil when it is there.
    private func ask(_ file: PlannedFile) throws(HubError) -> JSON? {
        let object: JSON = ["oid": .string(file.digests.sha256), "size": .int(file.digests.size)]
        let body: JSON = [
            "operation": "upload", "transfers": ["basic", "multipart"], "objects": [object], "hash_algo": "sha256",
            "ref": ["name": .string(branch.name)],
        ]
        let answer = try server.call(
            "POST", server.routes.largeFiles(repository), .bytes(Array(body.utf8()), type: Self.type), context: server.context(repository, branch),
            headers: [HTTPHeader("Accept", Self.type)], shouldStop: transfer.shouldStop
        ).json
        guard let found = answer["objects"]?.array?.first(where: { $0["oid"]?.string == file.digests.sha256 }) else {
            throw HubError(.damaged, "\(server.routes.endpoint) does not say where '\(file.path)' is to be uploaded", nextStep: "Check HF_ENDPOINT")
        }
        if let message = found["error"]?["message"]?.string {
            throw HubError(.rejected, "the hub does not take '\(file.path)': \(server.token?.redact(message) ?? message)")
        }
        return found["actions"]?["upload"] == nil ? nil : found["actions"]
    }

    private func upload(_ file: PlannedFile, _ actions: JSON) throws(ServerFailure) {
        guard let href = actions["upload"]?["href"]?.string else {
            throw ServerFailure(HubError(.damaged, "the hub names no address to upload '\(file.path)' to"))
        }
        let parts = PartURLs(actions["upload"]?["header"]?.object)
        if let parts {
            try sendParts(file, parts, completion: href)
        } else {
            try put(file, to: href, range: 0..<file.digests.size, done: 0)
        }
        if let verify = actions["verify"]?["href"]?.string {
            _ = try post(verify, ["oid": .string(file.digests.sha256), "size": .int(file.digests.size)], token: server.token)
        }
    }

    private func sendParts(_ file: PlannedFile, _ parts: PartURLs, completion: String) throws(ServerFailure) {
        let size = file.digests.size
        guard parts.urls.count == (size + parts.size - 1) / parts.size else {
            throw ServerFailure(
                HubError(.damaged, "the hub names \(parts.urls.count) parts of \(parts.size) bytes for '\(file.path)' of \(size) bytes"))
        }
        var sent: [JSON] = []
        for (index, url) in parts.urls.enumerated() {
            let start = index * parts.size
            let response = try put(file, to: url, range: start..<min(start + parts.size, size), done: start)
            guard let etag = response["ETag"] else {
                throw ServerFailure(HubError(.damaged, "the store of large files does not confirm part \(index + 1) of '\(file.path)'"))
            }
            sent.append(["partNumber": .int(index + 1), "etag": .string(etag)])
        }
        _ = try post(completion, ["oid": .string(file.digests.sha256), "parts": .array(sent)], token: nil)
    }

    /// One PUT of a range, repeated while that makes sense. The store gets no token: the URL is signed.
    @discardableResult
    private func put(_ file: PlannedFile, to href: String, range: Range<Int>, done: Int) throws(ServerFailure) -> HTTPResponse {
        let url = try secured(href)
        let request = try server.request("PUT", url, token: nil, stallTimeout: max(server.environment.transferTimeout, server.retry.work))
        return try repeating { () throws(ServerFailure) in
            let source = try ContentSource(file.content)
            let progress = transfer.progress
            let body = HTTPBody(size: range.count) { offset, buffer in
                let count = source.read(at: range.lowerBound + offset, into: buffer)
                if let count {
                    let completed = min(range.lowerBound + offset + count, file.digests.size)
                    progress(TransferProgress(path: file.path, phase: .uploading, completed: completed, total: file.digests.size))
                }
                return count
            }
            let answer: (response: HTTPResponse, body: [UInt8])
            do throws(HTTPError) {
                answer = try server.client.fetch(request, body: body, limit: 1 << 20, shouldStop: transfer.shouldStop)
            } catch {
                guard error.kind == .unreadableBody else { throw ServerFailure(error) }
                throw ServerFailure(
                    HubError(.inputOutput, "'\(file.path)' cannot be read any more", nextStep: "Upload again once nothing writes to it"))
            }
            guard answer.response.isSuccess else { throw ServerFailure(answer.response, body: answer.body, server.context(repository)) }
            return answer.response
        }
    }

    private func post(_ href: String, _ json: JSON, token: HubToken?) throws(ServerFailure) -> JSON {
        let url = try secured(href)
        return try repeating { () throws(ServerFailure) in
            try server.exchange(
                "POST", url.text, .bytes(Array(json.utf8()), type: Self.type), token: token, context: server.context(repository),
                headers: [HTTPHeader("Accept", Self.type)], stallTimeout: server.retry.work, shouldStop: transfer.shouldStop)
        }.json
    }

    /// As `HubServer.repeating`, but keeps the status of the last failure.
    private func repeating<Result>(_ attempt: () throws(ServerFailure) -> Result) throws(ServerFailure) -> Result {
        var last: ServerFailure?
        do throws(HubError) {
            return try server.repeating(shouldStop: transfer.shouldStop) { () throws(ServerFailure) in
                do throws(ServerFailure) { return try attempt() } catch {
                    last = error
                    throw error
                }
            }
        } catch {
            if let last, last.error == error { throw last }
            throw ServerFailure(error)
        }
    }

    /// What is sent must not travel in the clear when the hub itself is asked over an encrypted connection.
    private func secured(_ href: String) throws(ServerFailure) -> HTTPURL {
        let hub = try server.url(server.routes.endpoint)
        let url = try server.url(href, relativeTo: hub)
        guard url.isSecure || !hub.isSecure else {
            throw ServerFailure(
                HubError(.insecure, "the hub wants the upload over an unencrypted connection to \(url)", nextStep: "Check HF_ENDPOINT"))
        }
        return url
    }
}

/// The signed URLs of a multipart upload: the keys of the action's header that are numbers, from 1 without a gap.
package struct PartURLs {
    /// Bytes in each part but the last.
    package let size: Int
    package let urls: [String]

    /// Nil when the upload has no parts.
    package init?(_ header: JSONObject?) {
        guard let header, let size = header["chunk_size"].flatMap({ $0.int ?? $0.string.flatMap { Int($0) } }), size > 0 else { return nil }
        var numbered: [Int: String] = [:]
        for (key, value) in header {
            if let number = Int(key), let url = value.string { numbered[number] = url }
        }
        self.size = size
        urls = numbered.isEmpty ? [] : (1...numbered.count).compactMap { numbered[$0] }
    }
}
