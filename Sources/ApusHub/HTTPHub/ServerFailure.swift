import ApusHTTP
import ApusJSON

/// Why one exchange with a hub failed, and whether to try again.
struct ServerFailure: Error {
    let error: HubError
    /// Whether the same request may succeed in a moment.
    let isTransient: Bool
    /// There was not even a connection.
    var isUnreachable = false
    /// What the hub asks for before the next request.
    var wait: Duration?
    /// The status of the answer; nil when there was none.
    var status: Int?

    init(_ error: HubError, isTransient: Bool = false) {
        self.error = error
        self.isTransient = isTransient
    }

    /// No answer, or a part of one.
    init(_ error: HTTPError) {
        isTransient = error.isTransient
        isUnreachable = error.kind == .unreachable
        self.error =
            switch error.kind {
            case .stopped: .cancelled
            case .libraryMissing:
                HubError(
                    .libraryMissing, error.description, nextStep: "Then run the cell again; a hub in a folder needs none: 'file:./hub'")
            case .invalidRequest: HubError(.invalidEndpoint, error.description)
            case .insecure:
                HubError(
                    .insecure, "the server could not prove who it is: \(error)",
                    nextStep: "Check the clock and the network; for a proxy with a certificate of its own set SSL_CERT_FILE")
            case .unreachable:
                HubError(
                    .offline, "the hub cannot be reached: \(error)",
                    nextStep: "Check the network and HF_ENDPOINT (and HTTPS_PROXY behind a proxy), then run the cell again")
            case .stalled, .dropped:
                HubError(
                    .offline, "the connection to the hub broke: \(error)", nextStep: "Run the cell again: it continues where it stopped")
            case .refused, .unreadableBody: HubError(.damaged, "the hub sends what cannot be right: \(error)")
            }
    }
}

/// What an answer was about, for the words of an error.
struct RequestContext {
    let endpoint: String
    let hasToken: Bool
    var repository: RepositoryID?
    var revision: Revision?
    var path: String?
    var token: HubToken?
}

extension ServerFailure {
    /// An answer with an error status (huggingface_hub 2.4, `hf_raise_for_status`).
    init(_ response: HTTPResponse, body: [UInt8], _ context: RequestContext) {
        let message = Self.message(response, body, context)
        error = Self.error(response, message: message, context)
        isTransient = [408, 429, 500, 502, 503, 504].contains(response.status)
        wait = RetryPolicy.requestedWait(response)
        status = response.status
    }

    private static let invalidCredentials = "Invalid credentials in Authorization header"

    private static func error(_ response: HTTPResponse, message: String, _ context: RequestContext) -> HubError {
        let thing = context.repository.map { "the \($0)" } ?? context.endpoint
        let signIn = context.hasToken ? "use a token of somebody who may see it" : "set HF_TOKEN and run %%auth again"
        let commit = response["X-Repo-Commit"].flatMap { Hexadecimal.isDigest($0, digits: 40) ? $0 : nil }
        switch (response["X-Error-Code"], response.status) {
        case ("RevisionNotFound", _):
            return HubError(
                .revisionNotFound, "there is no revision '\(context.revision?.name ?? "")' in \(thing)", nextStep: "Check the branch, tag or commit")
        case ("EntryNotFound", _):
            return HubError(
                .entryNotFound,
                "there is no file '\(context.path ?? "")' in \(thing) at '\(context.revision?.name ?? "")'\(commit.map { " (commit \($0.prefix(12)))" } ?? "")",
                nextStep: "Check the path", commit: commit)
        case ("GatedRepo", _):
            let page = context.repository.map { HubRoutes(endpoint: context.endpoint).page($0) } ?? context.endpoint
            return HubError(
                .gated, "\(thing) is gated: its owner decides who may download from it",
                nextStep:
                    "Ask for access at \(page), then \(context.hasToken ? "run the cell again" : "set HF_TOKEN, run %%auth and this cell again")")
        case (_, 401) where message.contains(invalidCredentials):
            return HubError(
                .unauthorised, "the hub at \(context.endpoint) does not know this token",
                nextStep: "Make a new one at \(HubRoutes(endpoint: context.endpoint).tokenSettings), or leave it out for public files")
        case ("RepoNotFound", _) where context.repository != nil, (_, 401) where context.repository != nil:
            return HubError(
                .repositoryNotFound, "there is no \(context.repository?.description ?? "repository") at \(context.endpoint), or it is private",
                nextStep: "Check the name and the type; if it is private, \(signIn)")
        case (_, 401):
            return HubError(.unauthorised, "\(context.endpoint) wants a token for this", nextStep: "Set HF_TOKEN and run %%auth again")
        case (_, 403):
            return HubError(
                .unauthorised, "the hub does not allow this on \(thing)\(said(message))",
                nextStep: "Use a token with the role 'write' of its owner: \(HubRoutes(endpoint: context.endpoint).tokenSettings)")
        case (_, 404):
            return HubError(
                .repositoryNotFound, "\(context.endpoint) has nothing there for \(thing)\(said(message))", nextStep: "Check HF_ENDPOINT and the name")
        case (_, 409):
            return HubError(.alreadyExists, "\(thing) is there already\(said(message))", nextStep: "Use it as it is, or choose another name")
        case (_, 412):
            return HubError(.conflict, "the branch of \(thing) moved\(said(message))", nextStep: "Look at what changed, then run the cell again")
        case (_, 429):
            return HubError(
                .rateLimited, "the hub wants fewer requests\(said(message))",
                nextStep: RetryPolicy.requestedWait(response).map { "Try again in \($0.components.seconds) seconds" } ?? "Try again in some minutes")
        case (_, 500...):
            return HubError(
                .serverFailure, "the hub has an error of its own: status \(response.status)\(said(message))",
                nextStep: "Try again in some minutes; https://status.huggingface.co says when the Hub is down")
        default:
            return HubError(.rejected, "the hub refuses the request with status \(response.status)\(said(message))")
        }
    }

    private static func said(_ message: String) -> String { message.isEmpty ? "" : " (\(message))" }

    private static let longestMessage = 300

    /// The server's own words, on one line, without a token should it repeat one.
    private static func message(_ response: HTTPResponse, _ body: [UInt8], _ context: RequestContext) -> String {
        var text = response["X-Error-Message"] ?? ""
        if text.isEmpty, let json = try? JSON(parsing: body) {
            text = json["error"]?.string ?? json["message"]?.string ?? json["errors"]?.array?.first?["message"]?.string ?? ""
        }
        let line = text.unicodeScalars.map { $0.properties.generalCategory == .control ? " " : String($0) }.joined()
        let short = String(line.prefix(longestMessage))
        return context.token?.redact(short) ?? short
    }
}
