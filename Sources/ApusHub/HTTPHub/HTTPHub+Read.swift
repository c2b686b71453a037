import ApusHTTP

extension HTTPHub {
    /// One content on its way, over as many connections as it takes.
    private struct Reading {
        let file: ResolvedFile
        /// Where the next byte for the receiver is.
        var position: Int
        /// Where the file is asked for; a signed URL may expire on the way.
        var location: String
        /// Whether the server is asked for a part; not after it answered with a wrong one.
        var usesRange = true
        /// Failures since the last new bytes.
        var failures = 0
        var renewals = 0
    }

    /// A signed URL is renewed so often; then its refusal is meant.
    private static let maximumRenewals = 3

    public func read(
        _ file: ResolvedFile, from offset: Int, shouldStop: () -> Bool, consume: (UnsafeRawBufferPointer) throws(HubError) -> Void
    ) throws(HubError) {
        var reading = Reading(file: file, position: offset, location: file.location)
        while reading.position < file.size {
            let before = reading.position
            var receiverError: HubError?
            do throws(ServerFailure) {
                try receive(&reading, shouldStop: shouldStop) { bytes in
                    do throws(HubError) {
                        // Much may arrive before the connection is idle and asks by itself.
                        if shouldStop() { throw HubError.cancelled }
                        try consume(bytes)
                    } catch {
                        receiverError = error
                        return false
                    }
                    return true
                }
                if reading.position >= file.size { return }
                throw ServerFailure(file.cut(at: reading.position), isTransient: true)
            } catch {
                if let receiverError { throw receiverError }
                if reading.position > before { reading.failures = 0 }
                if Self.isExpired(error), reading.renewals < Self.maximumRenewals {
                    reading.renewals += 1
                    reading.location = try resolve(
                        file.path, in: file.repository, revision: Revision(file.commit), isPatient: true, shouldStop: shouldStop
                    ).location
                    continue
                }
                guard error.isTransient, reading.failures < server.retry.retries else { throw error.error }
                try server.pause(before: reading.failures, failure: error, shouldStop: shouldStop)
                reading.failures += 1
            }
        }
    }

    /// Whether a store of large files refuses a URL that the hub signed a while ago.
    private static func isExpired(_ failure: ServerFailure) -> Bool { failure.status.map { [400, 401, 403, 404, 410].contains($0) } ?? false }

    /// One GET, redirects included, from where the last one ended.
    private func receive(
        _ reading: inout Reading, shouldStop: () -> Bool, deliver: (UnsafeRawBufferPointer) -> Bool
    ) throws(ServerFailure) {
        var url = try server.url(reading.location)
        for _ in 0...Self.maximumRedirects {
            let isPart = reading.usesRange && reading.position > 0
            let request = try server.request(
                "GET", url, headers: isPart ? [HTTPHeader("Range", "bytes=\(reading.position)-")] : [], token: server.token,
                stallTimeout: server.environment.transferTimeout)
            var body = ContentBody(position: reading.position, size: reading.file.size, isPart: isPart)
            let response: HTTPResponse
            do throws(HTTPError) {
                response = try server.client.send(
                    request, shouldStop: shouldStop, onHead: { body.begin($0) }, onBody: { body.receive($0, deliver: deliver) })
            } catch {
                reading.position = body.position
                guard error.kind == .refused, let problem = body.problem else { throw ServerFailure(error) }
                if problem == .wrongPart { reading.usesRange = false }
                throw ServerFailure(problem.error(reading.file), isTransient: problem == .wrongPart)
            }
            reading.position = body.position
            if response.isSuccess { return }
            guard response.status != 416 else { throw ServerFailure(reading.file.ended(at: reading.position)) }
            guard response.isRedirect, let location = response["Location"] else {
                throw ServerFailure(response, body: body.error, server.context(reading.file.repository, nil, path: reading.file.path))
            }
            url = try redirect(from: url, to: location)
        }
        throw ServerFailure(HubError(.damaged, "\(endpoint) redirects '\(reading.file.path)' in a circle", nextStep: "Check HF_ENDPOINT"))
    }
}

extension ResolvedFile {
    /// There is no byte where the hub's own size says that one is.
    fileprivate func ended(at position: Int) -> HubError {
        HubError(
            .checksumMismatch, "'\(path)' of the \(repository) arrived damaged: it should have \(size) bytes and ends at \(position)",
            nextStep: "Run the cell again; if it stays, the file at the hub is damaged and must be uploaded again")
    }

    /// An answer was shorter than this file.
    fileprivate func cut(at position: Int) -> HubError {
        HubError(
            .offline, "the connection ended at byte \(position) of \(size) of '\(path)'",
            nextStep: "Run the cell again: it continues where it stopped")
    }
}
