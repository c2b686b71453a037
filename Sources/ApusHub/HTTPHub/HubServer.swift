import ApusHTTP
import ApusJSON
import ApusThreads

/// Exchanges with one hub: who asks, how long they wait, how often they try.
struct HubServer: Sendable {
    let routes: HubRoutes
    let token: HubToken?
    let client: HTTPClient
    let retry: RetryPolicy
    let environment: HubEnvironment
    /// Who gets to see the token.
    let origin: String

    static let userAgent = "apus/1; hf_hub_protocol/2"
    /// Answers in JSON are listings at most.
    private static let answerLimit = 256 << 20
    private static let errorLimit = 1 << 20
    private static let unreachableRetries = 2
    private static let maximumRedirects = 5

    init(_ endpoint: String, token: HubToken?, environment: HubEnvironment, retry: RetryPolicy) throws(HubError) {
        do {
            client = try HTTPClient(certificates: environment.certificates)
            origin = try client.url(endpoint).origin
        } catch {
            throw ServerFailure(error).error
        }
        routes = HubRoutes(endpoint: endpoint)
        self.token = token
        self.retry = retry
        self.environment = environment
    }

    // MARK: Requests

    func url(_ text: String, relativeTo base: HTTPURL? = nil) throws(ServerFailure) -> HTTPURL {
        do throws(HTTPError) { return try client.url(text, relativeTo: base) } catch { throw ServerFailure(error) }
    }

    /// A request of this client; the token goes to the hub's own origin and nowhere else, and offline nothing goes anywhere.
    func request(
        _ method: String, _ url: HTTPURL, headers: [HTTPHeader] = [], token: HubToken?, stallTimeout: Duration
    ) throws(ServerFailure) -> HTTPRequest {
        guard !environment.isOffline else {
            throw ServerFailure(
                HubError(.offline, "\(routes.endpoint) must not be asked (offline mode)", nextStep: "Unset HF_HUB_OFFLINE, then run %%auth again"))
        }
        var all = [HTTPHeader("User-Agent", Self.userAgent), HTTPHeader("Accept-Encoding", "identity")] + headers
        if let token, url.origin == origin { token.withSecret { all.append(HTTPHeader("Authorization", "Bearer \($0)")) } }
        return HTTPRequest(method, url, headers: all, stallTimeout: stallTimeout)
    }

    func context(_ repository: RepositoryID? = nil, _ revision: Revision? = nil, path: String? = nil) -> RequestContext {
        RequestContext(endpoint: routes.endpoint, hasToken: token != nil, repository: repository, revision: revision, path: path, token: token)
    }

    // MARK: Calls with a JSON answer

    /// What a call sends.
    enum Payload {
        case none
        case json(JSON)
        case bytes([UInt8], type: String)

        var content: (bytes: [UInt8], type: String)? {
            switch self {
            case .none: nil
            case .json(let json): (Array(json.utf8()), "application/json")
            case .bytes(let bytes, let type): (bytes, type)
            }
        }
    }

    /// One exchange, without repetition. Redirects within the hub, which lead to repositories that were renamed, are followed.
    func exchange(
        _ method: String, _ text: String, _ payload: Payload = .none, token: HubToken?, context: RequestContext, headers: [HTTPHeader] = [],
        stallTimeout: Duration, shouldStop: () -> Bool
    ) throws(ServerFailure) -> (json: JSON, response: HTTPResponse) {
        let content = payload.content
        let headers = headers + (content.map { [HTTPHeader("Content-Type", $0.type)] } ?? [])
        var url = try url(text)
        for _ in 0...Self.maximumRedirects {
            let request = try request(method, url, headers: headers, token: token, stallTimeout: stallTimeout)
            let answer: (response: HTTPResponse, body: [UInt8])
            do throws(HTTPError) {
                answer = try client.fetch(request, body: content.map { HTTPBody($0.bytes) }, limit: Self.answerLimit, shouldStop: shouldStop)
            } catch {
                throw ServerFailure(error)
            }
            if answer.response.isSuccess { return (try json(answer.body, from: url), answer.response) }
            guard answer.response.isRedirect, let location = answer.response["Location"] else {
                throw ServerFailure(answer.response, body: Array(answer.body.prefix(Self.errorLimit)), context)
            }
            let target = try self.url(location, relativeTo: url)
            // Only these two keep the method and the body (RFC 9110, section 15.4); a question without a body has none to lose.
            guard target.origin == url.origin, method == "GET" || [307, 308].contains(answer.response.status) else {
                throw ServerFailure(Self.moved(target, from: routes.endpoint))
            }
            url = target
        }
        throw ServerFailure(HubError(.damaged, "\(url) leads back to itself", nextStep: "Check HF_ENDPOINT"))
    }

    private func json(_ body: [UInt8], from url: HTTPURL) throws(ServerFailure) -> JSON {
        if body.isEmpty { return .null }
        guard let json = try? JSON(parsing: body) else {
            throw ServerFailure(
                HubError(
                    .damaged, "\(url) does not answer as a hub: its answer is not JSON",
                    nextStep: "Check HF_ENDPOINT; a network that wants a sign-in first answers like this too"))
        }
        return json
    }

    static func moved(_ url: HTTPURL, from endpoint: String) -> HubError {
        HubError(
            .invalidEndpoint, "\(endpoint) sends its requests on to \(url)",
            nextStep: "If that is your hub, set HF_ENDPOINT to it; nothing was sent there")
    }

    /// A call that may be repeated without harm.
    func call(
        _ method: String, _ text: String, _ payload: Payload = .none, context: RequestContext, headers: [HTTPHeader] = [],
        stallTimeout: Duration? = nil, shouldStop: () -> Bool
    ) throws(HubError) -> (json: JSON, response: HTTPResponse) {
        try repeating(shouldStop: shouldStop) { () throws(ServerFailure) in
            try exchange(
                method, text, payload, token: token, context: context, headers: headers, stallTimeout: stallTimeout ?? environment.answerTimeout,
                shouldStop: shouldStop)
        }
    }

    // MARK: Repetition

    /// Tries until it works, fails for good, or the policy says that it is enough.
    ///
    /// - Parameter retries: in place of the policy's number.
    func repeating<Result>(retries: Int? = nil, shouldStop: () -> Bool, _ attempt: () throws(ServerFailure) -> Result) throws(HubError) -> Result {
        var count = 0
        while true {
            do throws(ServerFailure) {
                return try attempt()
            } catch {
                // Who has no network at all is told so soon.
                let limit = min(retries ?? retry.retries, error.isUnreachable ? Self.unreachableRetries : .max)
                guard error.isTransient, count < limit else { throw error.error }
                try pause(before: count, failure: error, shouldStop: shouldStop)
                count += 1
            }
        }
    }

    /// Waits as the hub asks or the policy says.
    ///
    /// - Throws: the failure's error when the hub wants a longer wait than anybody's patience.
    func pause(before count: Int, failure: ServerFailure, shouldStop: () -> Bool) throws(HubError) {
        // One second more than asked for: clocks differ, and a request too early starts the wait anew.
        let wait = failure.wait.map { $0 + .seconds($0 > .zero ? 1 : 0) } ?? retry.backOff(count)
        guard wait <= retry.patience else { throw failure.error }
        let end = ContinuousClock.now + wait
        let never = Wakeup()
        while ContinuousClock.now < end {
            if shouldStop() { throw HubError.cancelled }
            never.wait(timeout: min(.milliseconds(40), end - .now))
        }
    }
}
