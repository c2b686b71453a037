import ApusHTTP

extension HTTPHub {
    static let maximumRedirects = 20

    public func resolve(
        _ path: String, in repository: RepositoryID, revision: Revision, isPatient: Bool, shouldStop: () -> Bool
    ) throws(HubError) -> ResolvedFile {
        try RepositoryPath.validate(path)
        return try explaining(repository, revision, path: path, shouldStop: shouldStop) { () throws(HubError) in
            let found = try server.repeating(retries: isPatient ? nil : 0, shouldStop: shouldStop) { () throws(ServerFailure) in
                try metadata(path, repository, revision, shouldStop: shouldStop)
            }
            return try found.metadata.file(path, in: repository, location: found.location, endpoint: server.routes.endpoint)
        }
    }

    /// HEAD of the `resolve` URL. Redirects within the hub are followed until everything is known; another host is never asked, because
    /// its headers are about its own copy.
    private func metadata(
        _ path: String, _ repository: RepositoryID, _ revision: Revision, shouldStop: () -> Bool
    ) throws(ServerFailure) -> (metadata: FileMetadata, location: String) {
        var url = try server.url(server.routes.resolve(path, in: repository, revision: revision.name))
        var metadata = FileMetadata()
        for _ in 0...Self.maximumRedirects {
            let request = try server.request("HEAD", url, token: server.token, stallTimeout: server.environment.answerTimeout)
            let response: HTTPResponse
            do throws(HTTPError) {
                response = try server.client.fetch(request, limit: 0, shouldStop: shouldStop).response
            } catch {
                throw ServerFailure(error)
            }
            guard response.isSuccess || response.isRedirect else {
                throw ServerFailure(response, body: [], server.context(repository, revision, path: path))
            }
            metadata.add(response)
            guard response.isRedirect, let location = response["Location"] else { return (metadata, url.text) }
            let target = try redirect(from: url, to: location)
            if metadata.isComplete { return (metadata, target.text) }
            guard target.origin == server.origin else {
                // What says nothing about the file is no hub; a hub that says half of it is found out by who reads the metadata.
                if metadata.isEmpty { throw ServerFailure(HubServer.moved(target, from: server.routes.endpoint)) }
                return (metadata, target.text)
            }
            url = target
        }
        throw ServerFailure(HubError(.damaged, "\(endpoint) redirects '\(path)' in a circle", nextStep: "Check HF_ENDPOINT"))
    }

    /// Where a redirect leads; never from an encrypted connection to one that is not.
    func redirect(from url: HTTPURL, to location: String) throws(ServerFailure) -> HTTPURL {
        let target = try server.url(location, relativeTo: url)
        guard target.isSecure || !url.isSecure else {
            throw ServerFailure(
                HubError(
                    .insecure, "\(url) sends its answer over an unencrypted connection to \(target)", nextStep: "Check HF_ENDPOINT and the proxy"))
        }
        return target
    }
}
