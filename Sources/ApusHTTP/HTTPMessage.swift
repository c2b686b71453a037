/// What is asked of a server.
public struct HTTPRequest: Sendable {
    public var method: String
    public var url: HTTPURL
    public var headers: [HTTPHeader]
    /// The exchange fails when no byte moved in either direction for so long.
    public var stallTimeout: Duration

    /// Whether sending it twice is the same as sending it once (RFC 9110, section 9.2.2).
    var mayBeRepeated: Bool { ["GET", "HEAD", "PUT"].contains(method) }

    public init(_ method: String, _ url: HTTPURL, headers: [HTTPHeader] = [], stallTimeout: Duration = .seconds(10)) {
        self.method = method
        self.url = url
        self.headers = headers
        self.stallTimeout = stallTimeout
    }
}

/// One line of a head.
public struct HTTPHeader: Sendable, Hashable {
    public let name: String
    public let value: String

    public init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }
}

/// Credentials show in no description, dump or mirror.
extension HTTPHeader: CustomStringConvertible, CustomReflectable {
    public var description: String {
        let isSecret = ["authorization", "proxy-authorization", "cookie"].contains(name.lowercased())
        return "\(name): \(isSecret ? "[hidden]" : value)"
    }

    public var customMirror: Mirror { Mirror(self, children: []) }
}

/// What is sent with a request: bytes that can be read again from any offset, should the connection ask for it.
public struct HTTPBody {
    /// Size in bytes.
    public let size: Int
    /// Fills the buffer from an offset and returns the number of bytes; nil ends the exchange.
    public let read: (_ offset: Int, UnsafeMutableRawBufferPointer) -> Int?

    public init(size: Int, read: @escaping (_ offset: Int, UnsafeMutableRawBufferPointer) -> Int?) {
        self.size = size
        self.read = read
    }

    public init(_ bytes: [UInt8]) {
        self.init(size: bytes.count) { offset, buffer in
            let count = min(buffer.count, bytes.count - offset)
            bytes.withUnsafeBytes { buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[offset..<offset + count])) }
            return count
        }
    }
}

/// The head of an answer.
public struct HTTPResponse: Sendable, Equatable {
    public let status: Int
    /// In the order of the server.
    public let headers: [HTTPHeader]

    public init(status: Int, headers: [HTTPHeader]) {
        self.status = status
        self.headers = headers
    }

    /// The value of the first header of this name, whatever its case.
    public subscript(name: String) -> String? {
        headers.first { $0.name.utf8.count == name.utf8.count && $0.name.lowercased() == name.lowercased() }?.value
    }

    public var isSuccess: Bool { (200..<300).contains(status) }

    /// Whether the answer lies elsewhere, at `Location`.
    public var isRedirect: Bool { [301, 302, 303, 307, 308].contains(status) && self["Location"] != nil }
}
