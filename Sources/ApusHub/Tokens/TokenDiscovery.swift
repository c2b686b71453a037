/// Where a token was found.
public enum TokenSource: Sendable, Hashable, CustomStringConvertible {
    case explicit
    case environmentVariable(String)
    case file(String)
    /// Typed by the user when asked.
    case prompt

    public var description: String {
        switch self {
        case .explicit: "given explicitly"
        case .environmentVariable(let name): "environment variable \(name)"
        case .file(let path): "token file \(path)"
        case .prompt: "password prompt"
        }
    }
}

/// A token and where it was found.
public struct FoundToken: Sendable, Equatable {
    public let token: HubToken
    public let source: TokenSource

    public init(token: HubToken, source: TokenSource) {
        self.token = token
        self.source = source
    }
}

extension HubEnvironment {
    /// The variables that may hold a token, the first that does wins.
    public static let tokenVariables = ["HF_TOKEN", "HUGGING_FACE_HUB_TOKEN"]
    private static let tokenFileLimit = 64 << 10

    /// The token to use, in the order of the Python client: explicit, `HF_TOKEN`, `HUGGING_FACE_HUB_TOKEN`, token file.
    ///
    /// A blank value counts as none. `HF_HUB_DISABLE_IMPLICIT_TOKEN` leaves only the explicit one.
    public func findToken(explicit: String? = nil) throws(HubError) -> FoundToken? {
        if let explicit, let token = try Self.token(explicit) { return FoundToken(token: token, source: .explicit) }
        guard !disablesImplicitToken else { return nil }
        for name in Self.tokenVariables {
            if let text = self[name], let token = try Self.token(text) { return FoundToken(token: token, source: .environmentVariable(name)) }
        }
        // Without a home there is no token file, which is no reason to fail: public files need no token.
        guard let path = try? tokenFile, let contents = try HubFiles.contents(of: path, limit: Self.tokenFileLimit) else { return nil }
        guard let token = try Self.token(String(decoding: contents, as: UTF8.self)) else { return nil }
        return FoundToken(token: token, source: .file(path))
    }

    /// Strips line breaks and spaces as the Python client does; nil when nothing is left.
    private static func token(_ text: String) throws(HubError) -> HubToken? {
        let text = String(text.unicodeScalars.filter { $0 != "\r" && $0 != "\n" })
        return text.allSatisfy(\.isWhitespace) ? nil : try HubToken(text)
    }
}
