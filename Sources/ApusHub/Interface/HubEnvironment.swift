/// The environment variables of the Python client, read from a dictionary so that the library has no hidden input.
public struct HubEnvironment: Sendable {
    private let variables: [String: String]

    /// - Parameter variables: usually the environment of the process.
    public init(_ variables: [String: String]) { self.variables = variables }

    /// The user's home folder, nil when `HOME` is not set.
    public var userHome: String? { self["HOME"] }

    /// `HF_ENDPOINT` as it was written, to be read by `HubEndpoint`; the Hugging Face Hub when unset.
    public var endpointText: String { self["HF_ENDPOINT"] ?? HubEndpoint.huggingFace.description }

    /// `$HF_HOME`, `$XDG_CACHE_HOME/huggingface` or `~/.cache/huggingface`.
    public var hubHome: String {
        get throws(HubError) {
            if let home = self["HF_HOME"] { return try expand(home) }
            if let cache = self["XDG_CACHE_HOME"] { return try expand(cache + "/huggingface") }
            return try expand("~/.cache/huggingface")
        }
    }

    /// `$HF_HUB_CACHE`, `$HUGGINGFACE_HUB_CACHE` or the folder `hub` in the hub's home.
    public var cacheFolder: String {
        get throws(HubError) {
            if let folder = self["HF_HUB_CACHE"] ?? self["HUGGINGFACE_HUB_CACHE"] { return try expand(folder) }
            return try hubHome + "/hub"
        }
    }

    /// `$HF_TOKEN_PATH` or the file `token` in the hub's home.
    public var tokenFile: String {
        get throws(HubError) {
            if let path = self["HF_TOKEN_PATH"] { return try expand(path) }
            return try hubHome + "/token"
        }
    }

    /// `HF_HUB_OFFLINE` or `TRANSFORMERS_OFFLINE`: no request may leave this machine.
    public var isOffline: Bool { isTrue("HF_HUB_OFFLINE") || isTrue("TRANSFORMERS_OFFLINE") }

    /// `HF_HUB_ETAG_TIMEOUT`: how long the hub may be silent when it is asked about something.
    public var answerTimeout: Duration { seconds("HF_HUB_ETAG_TIMEOUT") ?? .seconds(10) }

    /// `HF_HUB_DOWNLOAD_TIMEOUT`: how long a transfer may stand still.
    public var transferTimeout: Duration { seconds("HF_HUB_DOWNLOAD_TIMEOUT") ?? .seconds(10) }

    /// A file of certificate authorities in place of the system's: `SSL_CERT_FILE`, `REQUESTS_CA_BUNDLE` or `CURL_CA_BUNDLE`.
    public var certificates: String? { self["SSL_CERT_FILE"] ?? self["REQUESTS_CA_BUNDLE"] ?? self["CURL_CA_BUNDLE"] }

    private func seconds(_ name: String) -> Duration? {
        self[name].flatMap { Double($0) }.flatMap { (0.001...86400).contains($0) ? .seconds($0) : nil }
    }

    /// `HF_HUB_DISABLE_IMPLICIT_TOKEN`: a token is used only when it is given explicitly.
    public var disablesImplicitToken: Bool { isTrue("HF_HUB_DISABLE_IMPLICIT_TOKEN") }

    /// The value of a variable; nil when it is unset or empty.
    subscript(name: String) -> String? { variables[name].flatMap { $0.isEmpty ? nil : $0 } }

    private func isTrue(_ name: String) -> Bool { self[name].map { ["1", "ON", "YES", "TRUE"].contains($0.uppercased()) } ?? false }

    /// Replaces `~`, `$NAME` and `${NAME}`, as Python's `expanduser` and `expandvars` do; unknown names stay as they are.
    func expand(_ path: String) throws(HubError) -> String {
        var rest = path[...]
        var expanded = ""
        if rest == "~" || rest.hasPrefix("~/") {
            guard let userHome else {
                throw HubError(
                    .inputOutput, "\(path.debugDescription) cannot be expanded: HOME is not set", nextStep: "Set HF_HOME to an absolute path")
            }
            expanded = userHome
            rest = rest.dropFirst()
        }
        while let dollar = rest.firstIndex(of: "$") {
            expanded += rest[..<dollar]
            let after = rest[rest.index(after: dollar)...]
            let (name, length): (Substring, Int)
            if after.first == "{", let end = after.firstIndex(of: "}") {
                name = after[after.index(after: after.startIndex)..<end]
                length = name.count + 2
            } else {
                name = after.prefix { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
                length = name.count
            }
            expanded += variables[String(name)] ?? String(rest[dollar...].prefix(length + 1))
            rest = after.dropFirst(length)
        }
        return expanded + rest
    }
}
