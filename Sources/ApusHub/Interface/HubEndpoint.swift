import ApusSystem

/// Where a hub is: `file:` and a folder, or the URL of a server.
public enum HubEndpoint: Sendable, Hashable {
    /// A folder, as an absolute path.
    case folder(String)
    /// A server, without the final `/`.
    case server(String)

    public static let huggingFace = HubEndpoint.server("https://huggingface.co")

    /// Reads `file:/path`, `file:///path`, `file:relative`, `file:~/path`, `https://…` or `http://…`.
    ///
    /// - Parameters:
    ///   - workingDirectory: what a relative path is relative to, absolute.
    ///   - home: what `~` stands for.
    public init(_ text: String, workingDirectory: String, home: String? = nil) throws(HubError) {
        let text = String(text.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
        if text.hasPrefix("file:") {
            self = .folder(try Self.folder(of: text, workingDirectory: workingDirectory, home: home))
        } else if text.hasPrefix("https://") || text.hasPrefix("http://") {
            let trimmed = String(text.reversed().drop { $0 == "/" }.reversed())
            guard trimmed.split(separator: "/", omittingEmptySubsequences: false).count > 2, !trimmed.utf8.contains(where: { $0 <= 0x20 }) else {
                throw HubError(.invalidEndpoint, "\(text.debugDescription) names no server", nextStep: "Use https://huggingface.co or file:FOLDER")
            }
            self = .server(trimmed)
        } else {
            throw HubError(
                .invalidEndpoint, "\(text.debugDescription) is not a hub endpoint",
                nextStep: "Use a folder as 'file:\(text.isEmpty ? "./hub" : text)', or a server such as https://huggingface.co")
        }
    }

    private static func folder(of text: String, workingDirectory: String, home: String?) throws(HubError) -> String {
        var path = String(text.dropFirst("file:".count))
        if path.hasPrefix("//") {
            // A URL with an authority: only this machine is meant, and the path is percent-encoded.
            path = String(path.dropFirst(2))
            if path.hasPrefix("localhost/") { path = String(path.dropFirst("localhost".count)) }
            guard path.hasPrefix("/"), let decoded = PercentEncoding.decode(path) else {
                throw HubError(
                    .invalidEndpoint, "\(text.debugDescription) names a folder of another machine",
                    nextStep: "Use file:/absolute/path or file:./relative/path")
            }
            path = decoded
        }
        guard !path.isEmpty, !path.utf8.contains(0) else {
            throw HubError(.invalidEndpoint, "\(text.debugDescription) names no folder", nextStep: "Use file:/absolute/path or file:./relative/path")
        }
        if path == "~" || path.hasPrefix("~/") {
            guard let home else {
                throw HubError(.invalidEndpoint, "\(text.debugDescription) cannot be expanded: HOME is not set", nextStep: "Use an absolute path")
            }
            path = home + path.dropFirst()
        }
        return FilePath.normalised(path.hasPrefix("/") ? path : workingDirectory + "/" + path)
    }

    /// Opens the hub in the name of a token's owner, or as an anonymous visitor.
    ///
    /// - Parameter environment: has time-outs and certificates for a server.
    /// - Throws: `.libraryMissing` when a server is to be used and libcurl is not installed.
    public func connect(token: HubToken? = nil, environment: HubEnvironment = HubEnvironment([:])) throws(HubError) -> any Hub {
        switch self {
        case .folder(let folder): FileHub(folder: folder, token: token)
        case .server(let url): try HTTPHub(url, token: token, environment: environment)
        }
    }
}

extension HubEndpoint: CustomStringConvertible {
    public var description: String {
        switch self {
        case .folder(let path): "file:" + path
        case .server(let url): url
        }
    }
}
