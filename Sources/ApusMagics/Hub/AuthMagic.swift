import ApusHub
import ApusSession
import ArgumentParser

/// `%%auth`: finds the token, asks the hub whom it belongs to, and leaves the connection for later cells.
struct AuthMagic: Magic {
    static let name = "auth"
    static let abstract = "Signs in to the hub with the first token found: --token, HF_TOKEN, the token file, or a password prompt."
    static let discussion = """
        A hub in a folder and public files of a server need no token: leave the prompt empty, and where nobody can be asked nobody is. The \
        hub is asked whose token it is. It is never shown, and stored only with `--store`, where the Hugging Face client finds it too. \
        With HF_HUB_OFFLINE=1 the hub is not asked at all. A proxy is taken from HTTPS_PROXY and NO_PROXY, its certificate from \
        SSL_CERT_FILE; HF_HUB_ETAG_TIMEOUT and HF_HUB_DOWNLOAD_TIMEOUT are seconds of silence before a request is given up (10).
        """
    static let example = "%%auth --hub file:~/.local/share/apus/hub"
    static let leaves: [any AnyWorkspaceKey] = [WorkspaceKeys.hub]

    @Option(help: "The hub: file:FOLDER or a server's URL; by default HF_ENDPOINT, else https://huggingface.co.") var hub: String?
    @Option(help: "The token itself. It is saved with the notebook: prefer HF_TOKEN or --prompt.") var token: String?
    @Flag(help: "Ask for the token in a password field, even when one was found.") var prompt = false
    @Flag(help: "Remember the token in the Hugging Face client's token file (mode 0600).") var store = false

    func run(_ cell: CellContext, in session: isolated CellSession) async throws {
        let environment = HubEnvironment(cell.environment.variables)
        let endpoint = try HubConnection.endpoint(hub, in: cell.environment)
        if token != nil { cell.out.warn("a token in a cell is saved with the notebook; set HF_TOKEN or use --prompt instead") }
        let found = try await findToken(cell, environment, endpoint)
        let hub = try endpoint.connect(token: found?.token, environment: environment)
        let connection = HubConnection(hub: hub, user: try user(of: hub, found, environment, cell), environment: environment)
        cell.workspace[WorkspaceKeys.hub] = connection
        var rows = [
            ["hub", "\(endpoint)"], ["user", connection.user.name], ["role", connection.user.role.rawValue],
            ["token", found.map { "from \($0.source)" } ?? "none: public files only, which is enough for a folder"],
        ]
        if store {
            guard let found else { throw CellFailure("NoToken", "there is no token to store", hint: "set HF_TOKEN, or use --prompt") }
            rows.append(["stored in", try environment.store(found.token, name: connection.user.tokenName ?? connection.user.name)])
        }
        cell.out.display(TableView(headers: ["", ""], rows: rows).bundle)
    }

    private nonisolated(nonsending) func findToken(_ cell: CellContext, _ environment: HubEnvironment, _ endpoint: HubEndpoint) async throws
        -> FoundToken?
    {
        if !prompt, let found = try environment.findToken(explicit: token) { return found }
        guard prompt || needsToken(endpoint) else { return nil }
        do {
            let answer = try await cell.requestInput("Token for \(endpoint) (leave empty for public files): ", isPassword: true)
            return answer.allSatisfy(\.isWhitespace) ? nil : FoundToken(token: try HubToken(answer), source: .prompt)
        } catch is InputUnavailable {
            guard prompt else { return nil }
            throw CellFailure(
                "NoInput", "this front end cannot ask for a token", hint: "set HF_TOKEN, or store one once with `%%auth --prompt --store`")
        }
    }

    private func needsToken(_ endpoint: HubEndpoint) -> Bool {
        if case .server = endpoint { true } else { false }
    }

    /// Asks the hub who this is. A hub that is away is no reason to stop, because what the cache has can be used, unless a token was
    /// just given, which must be checked.
    private func user(of hub: any Hub, _ found: FoundToken?, _ environment: HubEnvironment, _ cell: CellContext) throws -> HubUser {
        let unknown = HubUser(name: found == nil ? "anonymous" : "not asked", role: .read, isAnonymous: found == nil)
        if hub.usesNetwork, environment.isOffline {
            cell.out.print("Offline mode (HF_HUB_OFFLINE): the hub is not asked, and files come from the cache.")
            return unknown
        }
        do throws(HubError) {
            return try hub.whoami(token: found?.token, shouldStop: { cell.shouldStop })
        } catch {
            switch error.code {
            case .unauthorised:
                guard let found else { throw error }
                throw HubError(error.code, "\(error.message) (\(found.source))", nextStep: error.nextStep)
            case .offline, .serverFailure, .rateLimited:
                guard !store, !prompt, found?.source != .prompt, found?.source != .explicit else { throw error }
                cell.out.warn("\(error.message). Files come from the cache where it has them. \(error.nextStep ?? "")")
                return unknown
            default: throw error
            }
        }
    }
}
