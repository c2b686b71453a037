import ApusHTTP
package import ApusJSON
import Synchronization

/// Sends large files to the store that the hub names (Git LFS batch, transfers `basic` and `multipart`).
struct LargeFileUpload: Sendable {
    let server: HubServer
    let repository: RepositoryID
    let branch: Revision
    /// How many parts of one file are sent at once.
    let connections: Int

    /// How many transfers of one commit run at once, as of one download.
    static let connections = HubCache.standardConnections

    private static let type = "application/vnd.git-lfs+json"
    /// A hub's limit for one question.
    static let batchSize = 256
    /// A signed URL that is refused is asked for again so often.
    private static let maximumRenewals = 2

    /// Sends one file unless the store has it.
    ///
    /// - Returns: whether bytes were sent.
    func send(_ file: PlannedFile, _ transfer: Transfer) throws(HubError) -> Bool {
        var renewals = 0
        while true {
            guard let actions = try ask(file, transfer) else { return false }
            do throws(ServerFailure) {
                try upload(file, actions, transfer)
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
    private func ask(_ file: PlannedFile, _ transfer: Transfer) throws(HubError) -> JSON? {
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

    private func upload(_ file: PlannedFile, _ actions: JSON, _ transfer: Transfer) throws(ServerFailure) {
        guard let href = actions["upload"]?["href"]?.string else {
            throw ServerFailure(HubError(.damaged, "the hub names no address to upload '\(file.path)' to"))
        }
        let parts = PartURLs(actions["upload"]?["header"]?.object)
        if let parts {
            try sendParts(file, parts, completion: href, transfer)
        } else {
            let progress = UploadProgress(of: file, ranges: 1)
            try put(file, to: href, range: 0..<file.digests.size, transfer, report: { progress.report($0, of: 0, to: transfer) })
        }
        if let verify = actions["verify"]?["href"]?.string {
            _ = try post(verify, ["oid": .string(file.digests.sha256), "size": .int(file.digests.size)], token: server.token, transfer)
        }
    }

    private func sendParts(_ file: PlannedFile, _ parts: PartURLs, completion: String, _ transfer: Transfer) throws(ServerFailure) {
        let size = file.digests.size
        guard parts.urls.count == (size + parts.size - 1) / parts.size else {
            throw ServerFailure(
                HubError(.damaged, "the hub names \(parts.urls.count) parts of \(parts.size) bytes for '\(file.path)' of \(size) bytes"))
        }
        let progress = UploadProgress(of: file, ranges: parts.urls.count)
        // What else a failure says, beside its error, is needed to decide whether the URLs have expired.
        let failure = Mutex<ServerFailure?>(nil)
        let sent: [JSON]
        do throws(HubError) {
            sent = try ParallelWork.run(count: parts.urls.count, workers: connections, transfer: transfer) { (index, transfer) throws(HubError) in
                do throws(ServerFailure) {
                    return try sendPart(index, of: file, parts, progress, transfer)
                } catch {
                    failure.withLock { $0 = $0 ?? error }
                    throw error.error
                }
            }
        } catch {
            throw failure.withLock { $0 } ?? ServerFailure(error)
        }
        _ = try post(completion, ["oid": .string(file.digests.sha256), "parts": .array(sent)], token: nil, transfer)
    }

    /// What the store has to be told about the part in the end.
    private func sendPart(
        _ index: Int, of file: PlannedFile, _ parts: PartURLs, _ progress: UploadProgress, _ transfer: Transfer
    ) throws(ServerFailure) -> JSON {
        let start = index * parts.size
        let response = try put(
            file, to: parts.urls[index], range: start..<min(start + parts.size, file.digests.size), transfer,
            report: { progress.report($0, of: index, to: transfer) })
        guard let etag = response["ETag"] else {
            throw ServerFailure(HubError(.damaged, "the store of large files does not confirm part \(index + 1) of '\(file.path)'"))
        }
        return ["partNumber": .int(index + 1), "etag": .string(etag)]
    }

    /// One PUT of a range, repeated while that makes sense. The store gets no token: the URL is signed.
    ///
    /// - Parameter report: gets the bytes of the range that were sent.
    @discardableResult
    private func put(
        _ file: PlannedFile, to href: String, range: Range<Int>, _ transfer: Transfer, report: @escaping (Int) -> Void
    ) throws(ServerFailure) -> HTTPResponse {
        let url = try secured(href)
        let request = try server.request("PUT", url, token: nil, stallTimeout: max(server.environment.transferTimeout, server.retry.work))
        return try repeating(transfer) { () throws(ServerFailure) in
            let source = try ContentSource(file.content)
            let body = HTTPBody(size: range.count) { offset, buffer in
                // A file that grew meanwhile, or the next part, is not of this range.
                let room = UnsafeMutableRawBufferPointer(rebasing: buffer[..<min(buffer.count, range.count - offset)])
                let count = source.read(at: range.lowerBound + offset, into: room)
                if let count { report(offset + count) }
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

    private func post(_ href: String, _ json: JSON, token: HubToken?, _ transfer: Transfer) throws(ServerFailure) -> JSON {
        let url = try secured(href)
        return try repeating(transfer) { () throws(ServerFailure) in
            try server.exchange(
                "POST", url.text, .bytes(Array(json.utf8()), type: Self.type), token: token, context: server.context(repository),
                headers: [HTTPHeader("Accept", Self.type)], stallTimeout: server.retry.work, shouldStop: transfer.shouldStop)
        }.json
    }

    /// As `HubServer.repeating`, but keeps the status of the last failure.
    private func repeating<Result>(_ transfer: Transfer, _ attempt: () throws(ServerFailure) -> Result) throws(ServerFailure) -> Result {
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

/// How much of a file has been sent, whose ranges are sent at the same time.
private final class UploadProgress: Sendable {
    private let path: String
    private let size: Int
    private let sent: Mutex<[Int]>

    init(of file: PlannedFile, ranges: Int) {
        path = file.path
        size = file.digests.size
        sent = Mutex(Array(repeating: 0, count: ranges))
    }

    /// - Parameter count: bytes of the range `index` so far; a repetition begins again.
    func report(_ count: Int, of index: Int, to transfer: Transfer) {
        // Under the lock, so that no older sum is told after a newer one.
        sent.withLock { sent in
            sent[index] = count
            transfer.progress(TransferProgress(path: path, phase: .uploading, completed: sent.reduce(0, +), total: size))
        }
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
