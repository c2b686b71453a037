import CCurl

/// An absolute `http` or `https` URL, taken apart by the library that will connect to it, so that both agree on the host.
public struct HTTPURL: Sendable, Hashable {
    /// What is requested.
    public let text: String
    /// Scheme, host and port: who gets to see credentials.
    public let origin: String
    /// The URL without query and fragment, which may hold signatures, for messages.
    public let shown: String

    /// Whether what is sent is encrypted.
    public var isSecure: Bool { origin.hasPrefix("https://") }

    /// - Parameter base: what a relative `text` is relative to (RFC 3986, section 5).
    /// - Throws: `.invalidRequest` for what is no such URL, or one with a user name in it.
    init(_ text: String, relativeTo base: HTTPURL?, library: CurlLibrary) throws(HTTPError) {
        let functions = library.functions
        guard let url = ccurl_url_new(functions) else { throw HTTPError(.invalidRequest, "there is not enough memory for a URL") }
        defer { ccurl_url_free(functions, url) }
        func part(_ part: Int, flags: Int = 0) -> String? {
            guard let text = ccurl_url_get(functions, url, Int32(part), UInt32(flags)) else { return nil }
            defer { ccurl_text_free(functions, text) }
            return String(cString: text)
        }
        func set(_ text: String) -> Bool {
            let flags = UInt32(CCURL_URL_NO_USER | CCURL_URL_ENCODE)
            return !text.utf8.contains(0) && ccurl_url_set(functions, url, Int32(CCURL_URL_WHOLE), text, flags) == 0
        }
        guard base.map({ set($0.text) }) ?? true, set(text), ccurl_url_set(functions, url, Int32(CCURL_URL_FRAGMENT), nil, 0) == 0,
            let whole = part(CCURL_URL_WHOLE), let scheme = part(CCURL_URL_SCHEME), let host = part(CCURL_URL_HOST),
            let port = part(CCURL_URL_PORT, flags: CCURL_URL_DEFAULT_PORT), scheme == "http" || scheme == "https"
        else { throw HTTPError(.invalidRequest, "this is no URL of a web server: \(Self.withoutQuery(text).debugDescription)") }
        self.text = whole
        origin = "\(scheme)://\(host.lowercased()):\(port)"
        shown = Self.withoutQuery(whole)
    }

    private static func withoutQuery(_ text: String) -> String { String(text.prefix { $0 != "?" && $0 != "#" }.prefix(300)) }
}

extension HTTPURL: CustomStringConvertible {
    public var description: String { shown }
}
