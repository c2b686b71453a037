import CCurl
import Glibc

/// One request and its answer on one handle, from the first option to the last byte.
final class HTTPExchange {
    private let request: HTTPRequest
    private let body: HTTPBody?
    private let handle: CurlHandle
    private let onHead: (HTTPResponse) -> Bool
    private let onBody: (UnsafeRawBufferPointer) -> Bool

    private var head = ResponseHead()
    private var response: HTTPResponse?
    private var sent = 0
    /// What arrived since the receiver was called last: libcurl hands on 16 KiB at a time, too little for a system call each.
    private var arrived: [UInt8] = []
    private var lastActivity = ContinuousClock.now
    /// Why a callback ended the exchange.
    private var ending: HTTPError?

    /// How long `shouldStop` may go unasked while nothing arrives.
    private static let pollMilliseconds: Int32 = 40
    /// The most that libcurl takes from a socket at once (its own limit), for few calls per megabyte.
    private static let receiveBuffer = 512 << 10
    private static let sendBuffer = 512 << 10
    /// So much is collected at most.
    private static let pieceSize = 1 << 20

    init(
        _ request: HTTPRequest, body: HTTPBody?, handle: CurlHandle, onHead: @escaping (HTTPResponse) -> Bool,
        onBody: @escaping (UnsafeRawBufferPointer) -> Bool
    ) {
        self.request = request
        self.body = body
        self.handle = handle
        self.onHead = onHead
        self.onBody = onBody
    }

    func run(certificates: String?, shouldStop: () -> Bool) throws(HTTPError) -> HTTPResponse {
        if shouldStop() { throw stopped }
        var errorBuffer = [CChar](repeating: 0, count: Int(CCURL_ERROR_SIZE))
        let lines = try headerLines()
        defer { ccurl_list_free(handle.library.functions, lines) }
        var outcome: Result<Int32, HTTPError> = .success(Int32(CCURL_OK))
        errorBuffer.withUnsafeMutableBytes { buffer in
            configure(lines: lines, errorBuffer: buffer.baseAddress, certificates: certificates)
            withExtendedLifetime(self) { outcome = drive(shouldStop) }
            ccurl_easy_reset(handle.library.functions, handle.easy)
        }
        let result = try outcome.get()
        if let ending { throw ending }
        guard result == CCURL_OK else {
            throw failure(result, detail: String(decoding: errorBuffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self))
        }
        guard let response else { throw HTTPError(.dropped, "\(request.url) ended the connection without an answer") }
        return response
    }

    private func drive(_ shouldStop: () -> Bool) -> Result<Int32, HTTPError> {
        let functions = handle.library.functions
        guard ccurl_multi_add(functions, handle.multi, handle.easy) == 0 else {
            return .failure(HTTPError(.invalidRequest, "libcurl does not accept the request to \(request.url)"))
        }
        // Taking an unfinished exchange out closes its connection.
        defer { _ = ccurl_multi_remove(functions, handle.multi, handle.easy) }
        while true {
            var result: Int32 = 0
            _ = ccurl_multi_perform(functions, handle.multi)
            // Before anything else: what arrived counts, however the exchange ends.
            if !handOn() { return .success(Int32(CCURL_OK)) }
            if ccurl_multi_is_done(functions, handle.multi, &result) != 0 { return .success(result) }
            if shouldStop() { return .failure(stopped) }
            if ContinuousClock.now - lastActivity > request.stallTimeout {
                return .failure(HTTPError(.stalled, "\(request.url) sent nothing for \(request.stallTimeout.shown)"))
            }
            _ = ccurl_multi_poll(functions, handle.multi, Self.pollMilliseconds)
        }
    }

    private var stopped: HTTPError { HTTPError(.stopped, "the exchange with \(request.url) was interrupted") }

    // MARK: Options

    private func configure(lines: UnsafeMutableRawPointer?, errorBuffer: UnsafeMutableRawPointer?, certificates: String?) {
        let context = Unmanaged.passUnretained(self).toOpaque()
        handle.set(CCURL_NO_SIGNALS, 1)
        handle.set(CCURL_URL, request.url.text)
        handle.set(CCURL_PATH_AS_IS, 1)
        handle.set(CCURL_PROTOCOLS, CCURL_PROTOCOLS_HTTP_AND_HTTPS)
        handle.set(CCURL_HTTP_VERSION, CCURL_HTTP_1_1)
        handle.set(CCURL_SUPPRESS_CONNECT_HEADERS, 1)
        handle.set(CCURL_KEEP_ALIVE, 1)
        handle.set(CCURL_BUFFER_SIZE, Self.receiveBuffer)
        handle.set(CCURL_CUSTOM_METHOD, request.method)
        handle.set(CCURL_HEADERS, lines)
        handle.set(CCURL_ERROR_BUFFER, errorBuffer)
        // A request on a kept connection that the server closes is sent again by curl itself, which only some may be.
        if !request.mayBeRepeated { handle.set(CCURL_FRESH_CONNECTION, 1) }
        if let certificates { handle.set(CCURL_CA_FILE, certificates) }
        if request.method == "HEAD" { handle.set(CCURL_NO_BODY, 1) }
        handle.set(CCURL_HEADER_CONTEXT, context)
        handle.set(CCURL_HEADER_FUNCTION) { HTTPExchange.from($3).receiveHeader(UnsafeRawBufferPointer(start: $0, count: $1 * $2)) }
        handle.set(CCURL_WRITE_CONTEXT, context)
        handle.set(CCURL_WRITE_FUNCTION) { HTTPExchange.from($3).receiveBody(UnsafeRawBufferPointer(start: $0, count: $1 * $2)) }
        guard let body else { return }
        handle.set(CCURL_UPLOAD, 1)
        handle.set(CCURL_UPLOAD_SIZE, size: body.size)
        handle.set(CCURL_UPLOAD_BUFFER_SIZE, Self.sendBuffer)
        handle.set(CCURL_READ_CONTEXT, context)
        handle.set(CCURL_READ_FUNCTION) { HTTPExchange.from($3).provideBody(UnsafeMutableRawBufferPointer(start: $0, count: $1 * $2)) }
        handle.set(CCURL_SEEK_CONTEXT, context)
        _ = ccurl_set_seek_function(handle.library.functions, handle.easy) { HTTPExchange.from($0).seek(to: Int($1), origin: $2) }
    }

    /// A line break in a header would begin another one: such a header comes from somebody who means harm.
    private func headerLines() throws(HTTPError) -> UnsafeMutableRawPointer? {
        var list: UnsafeMutableRawPointer?
        // Without this curl waits a second for servers that do not answer `Expect: 100-continue`.
        var lines = ["Expect:"]
        for header in request.headers {
            guard !header.name.isEmpty, header.name.utf8.allSatisfy({ (0x21...0x7E).contains($0) && $0 != UInt8(ascii: ":") }),
                !header.value.utf8.contains(where: { $0 < 0x20 && $0 != 0x09 || $0 == 0x7F })
            else {
                ccurl_list_free(handle.library.functions, list)
                throw HTTPError(.invalidRequest, "a header for \(request.url) has characters that no header may have")
            }
            lines.append(header.value.isEmpty ? "\(header.name);" : "\(header.name): \(header.value)")
        }
        for line in lines { list = ccurl_list_append(handle.library.functions, list, line) ?? list }
        return list
    }

    // MARK: Callbacks, all on the thread of `run`

    private static func from(_ context: UnsafeMutableRawPointer?) -> HTTPExchange {
        Unmanaged<HTTPExchange>.fromOpaque(context!).takeUnretainedValue()
    }

    private func receiveHeader(_ line: UnsafeRawBufferPointer) -> Int {
        lastActivity = .now
        switch head.add(line) {
        case .more: return line.count
        case .tooLarge:
            ending = HTTPError(.refused, "\(request.url) answers with a head of more than a mebibyte")
            return 0
        case .complete:
            // Trailers of a chunked body come here too; the answer is known by then.
            guard response == nil else { return line.count }
            response = head.response
            guard onHead(head.response) else { return refuse() }
            return line.count
        }
    }

    private func receiveBody(_ bytes: UnsafeRawBufferPointer) -> Int {
        lastActivity = .now
        arrived.append(contentsOf: bytes)
        return arrived.count < Self.pieceSize || handOn() ? bytes.count : -1
    }

    /// Gives the receiver what arrived; false when it wants no more.
    private func handOn() -> Bool {
        guard !arrived.isEmpty else { return true }
        guard arrived.withUnsafeBytes(onBody) else {
            _ = refuse()
            return false
        }
        arrived.removeAll(keepingCapacity: true)
        // The receiver may have taken long, which is not the server's fault.
        lastActivity = .now
        return true
    }

    private func refuse() -> Int {
        ending = HTTPError(.refused, "the answer of \(request.url) is not wanted")
        // Any number but the count of bytes.
        return -1
    }

    private func provideBody(_ buffer: UnsafeMutableRawBufferPointer) -> Int {
        lastActivity = .now
        guard let body else { return 0 }
        let wanted = UnsafeMutableRawBufferPointer(rebasing: buffer[..<min(buffer.count, body.size - sent)])
        guard !wanted.isEmpty else { return 0 }
        guard let count = body.read(sent, wanted), count > 0 else {
            ending = HTTPError(.unreadableBody, "what was to be sent to \(request.url) cannot be read")
            return CCURL_READ_ABORT
        }
        sent += count
        return count
    }

    private func seek(to offset: Int, origin: Int32) -> Int32 {
        guard origin == SEEK_SET, let body, (0...body.size).contains(offset) else { return Int32(CCURL_SEEK_FAIL) }
        sent = offset
        return Int32(CCURL_SEEK_OK)
    }

    // MARK: Failures

    private func failure(_ result: Int32, detail: String) -> HTTPError {
        let reason = detail.isEmpty ? handle.library.describe(result) : detail
        let kind: HTTPError.Kind =
            switch Int(result) {
            case CCURL_UNSUPPORTED_PROTOCOL, CCURL_MALFORMED_URL: .invalidRequest
            case CCURL_NO_PROXY_ADDRESS, CCURL_NO_HOST_ADDRESS, CCURL_NO_CONNECTION: .unreachable
            case CCURL_TIMED_OUT: .stalled
            case CCURL_TLS_CERTIFICATE_PROBLEM, CCURL_TLS_CIPHER, CCURL_PEER_FAILED_VERIFICATION, CCURL_TLS_CA_FILE, CCURL_TLS_ISSUER: .insecure
            default: .dropped
            }
        return HTTPError(kind, "\(request.url): \(reason)")
    }
}

extension Duration {
    /// `10 s`, `0.3 s`.
    fileprivate var shown: String {
        let tenths = components.seconds * 10 + components.attoseconds / 100_000_000_000_000_000
        return tenths % 10 == 0 ? "\(tenths / 10) s" : "\(tenths / 10).\(tenths % 10) s"
    }
}
