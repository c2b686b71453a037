import Synchronization

/// A small HTTP/1.1 client over libcurl: streams both ways, keeps connections, and follows no redirect by itself.
///
/// Proxies come from the environment as curl reads it. Calls block the calling thread, may come from any number of threads at once,
/// and end within a tenth of a second after `shouldStop` says so.
public final class HTTPClient: Sendable {
    private let library: CurlLibrary
    /// A file of certificates to trust in place of the system's; nil for those.
    private let certificates: String?
    /// Handles that nobody uses now, with their open connections.
    private let idle = Mutex<[CurlHandle]>([])

    private static let maximumIdle = 8

    /// - Parameter certificates: a file of certificate authorities (PEM) in place of the system's.
    /// - Throws: `.libraryMissing`.
    public convenience init(certificates: String? = nil) throws(HTTPError) {
        try self.init(certificates: certificates, libraryNames: CurlLibrary.names)
    }

    package init(certificates: String?, libraryNames: [String]) throws(HTTPError) {
        library = try CurlLibrary(names: libraryNames)
        self.certificates = certificates
    }

    /// The library that does the work, such as `libcurl/7.88.1 OpenSSL/3.0.17`.
    public var version: String { library.version }

    /// Reads an absolute URL, or one relative to another.
    public func url(_ text: String, relativeTo base: HTTPURL? = nil) throws(HTTPError) -> HTTPURL {
        try HTTPURL(text, relativeTo: base, library: library)
    }

    /// Sends a request and hands the answer on while it arrives.
    ///
    /// - Parameters:
    ///   - onHead: gets the head before the body; false ends the exchange with `.refused`.
    ///   - onBody: gets the body piece by piece, about as much as came at once; false ends the exchange with `.refused`.
    /// - Throws: `HTTPError`; not for an answer with an error status.
    @discardableResult
    public func send(
        _ request: HTTPRequest, body: HTTPBody? = nil, shouldStop: () -> Bool, onHead: (HTTPResponse) -> Bool = { _ in true },
        onBody: (UnsafeRawBufferPointer) -> Bool
    ) throws(HTTPError) -> HTTPResponse {
        let handle = try borrow()
        let outcome = withoutActuallyEscaping(onHead) { onHead in
            withoutActuallyEscaping(onBody) { onBody -> Result<HTTPResponse, HTTPError> in
                let exchange = HTTPExchange(request, body: body, handle: handle, onHead: onHead, onBody: onBody)
                do throws(HTTPError) { return .success(try exchange.run(certificates: certificates, shouldStop: shouldStop)) } catch {
                    return .failure(error)
                }
            }
        }
        giveBack(handle)
        return try outcome.get()
    }

    /// Sends a request and collects the answer.
    ///
    /// - Parameter limit: the most bytes of a body that are sensible; more ends the exchange with `.refused`.
    public func fetch(_ request: HTTPRequest, body: HTTPBody? = nil, limit: Int, shouldStop: () -> Bool) throws(HTTPError) -> (
        response: HTTPResponse, body: [UInt8]
    ) {
        var collected: [UInt8] = []
        let response = try send(request, body: body, shouldStop: shouldStop) { bytes in
            guard collected.count + bytes.count <= limit else { return false }
            collected += bytes
            return true
        }
        return (response, collected)
    }

    private func borrow() throws(HTTPError) -> CurlHandle {
        if let handle = idle.withLock({ $0.popLast() }) { return handle }
        return try CurlHandle(library: library)
    }

    private func giveBack(_ handle: CurlHandle) {
        idle.withLock { if $0.count < Self.maximumIdle { $0.append(handle) } }
    }
}
