import ApusHTTP
import ApusJSON

/// The Hugging Face Hub, or another server with its HTTP interface (huggingface_hub 2.4 is the reference).
public struct HTTPHub: Hub {
    let server: HubServer

    public let endpoint: HubEndpoint
    public var usesNetwork: Bool { true }

    /// - Parameters:
    ///   - url: the hub's URL, without a final `/`.
    ///   - environment: has time-outs and certificates.
    /// - Throws: `.libraryMissing`, or `.invalidEndpoint`.
    public init(_ url: String, token: HubToken? = nil, environment: HubEnvironment = HubEnvironment([:])) throws(HubError) {
        try self.init(url, token: token, environment: environment, retry: .standard)
    }

    package init(_ url: String, token: HubToken?, environment: HubEnvironment, retry: RetryPolicy) throws(HubError) {
        server = try HubServer(url, token: token, environment: environment, retry: retry)
        endpoint = .server(url)
    }

    /// Whom a token belongs to; without one the hub is asked all the same, to see that it is there.
    public func whoami(token: HubToken?, shouldStop: () -> Bool) throws(HubError) -> HubUser {
        let context = RequestContext(endpoint: server.routes.endpoint, hasToken: token != nil, token: token)
        do throws(HubError) {
            // Who asks this waits for an answer, and nothing depends on it yet.
            let answer = try server.repeating(retries: 1, shouldStop: shouldStop) { () throws(ServerFailure) in
                try server.exchange(
                    "GET", server.routes.whoami, token: token, context: context, stallTimeout: server.environment.answerTimeout,
                    shouldStop: shouldStop)
            }.json
            guard let name = answer["name"]?.string else {
                throw HubError(.damaged, "\(endpoint) does not say whose token this is", nextStep: "Check HF_ENDPOINT")
            }
            let accessToken = answer["auth"]?["accessToken"]
            return HubUser(
                name: name, fullName: answer["fullname"]?.string, organisations: answer["orgs"]?.array?.compactMap { $0["name"]?.string } ?? [],
                role: accessToken?["role"]?.string.flatMap(HubUser.Role.init) ?? .fineGrained, tokenName: accessToken?["displayName"]?.string,
                isAnonymous: false)
        } catch {
            guard token == nil, error.code == .unauthorised else { throw error }
            return HubUser(name: Self.anonymousName, role: .read, isAnonymous: true)
        }
    }

    static let anonymousName = "anonymous"
}
