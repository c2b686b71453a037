import ApusHub
import ApusSession

/// The hub that the cells of a session use, and as whom.
struct HubConnection {
    let hub: any Hub
    let user: HubUser
    let environment: HubEnvironment

    /// One line for `%who` and for what `%%auth` shows.
    var summary: String {
        user.isAnonymous ? "\(hub.endpoint), anonymous" : "\(hub.endpoint) as \(user.name) (\(user.role.rawValue))"
    }

    /// Whether the hub must not be asked.
    var isOffline: Bool { hub.usesNetwork && environment.isOffline }

    /// - Throws: `.offline` when the hub must not be asked.
    func requireOnline() throws(HubError) {
        guard isOffline else { return }
        throw HubError(.offline, "\(hub.endpoint) must not be asked (offline mode)", nextStep: "Unset HF_HUB_OFFLINE, then run %%auth again")
    }

    func cache() throws -> HubCache { HubCache(folder: try environment.cacheFolder) }

    /// The endpoint that an option names, or `HF_ENDPOINT`.
    static func endpoint(_ option: String?, in session: SessionEnvironment) throws -> HubEndpoint {
        let environment = HubEnvironment(session.variables)
        return try HubEndpoint(option ?? environment.endpointText, workingDirectory: session.workingDirectory, home: environment.userHome)
    }
}

extension WorkspaceKeys {
    static let hub = WorkspaceKey<HubConnection>("hub", producedBy: "auth") { $0.summary }
}
