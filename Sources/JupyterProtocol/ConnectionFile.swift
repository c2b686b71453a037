import ApusJSON
import ApusSystem

/// What a front end tells a kernel about the sockets to open: the JSON file behind `-f`.
public struct ConnectionFile: Sendable, Equatable {
    public enum Transport: String, Sendable {
        case tcp, ipc
    }

    /// The pair with which CurveZMQ encrypts, each 40 characters of Z85.
    public struct CurveKeys: Sendable, Equatable {
        public var publicKey: String
        public var secretKey: String

        public init(publicKey: String, secretKey: String) {
            self.publicKey = publicKey
            self.secretKey = secretKey
        }
    }

    public var transport: Transport
    /// The only address to bind (`tcp`), or the beginning of the socket paths (`ipc`).
    public var address: String
    public var ports: [Channel: Int]
    /// Signs messages; empty means no signatures.
    public var key: String
    public var curve: CurveKeys?

    /// Reads a connection file.
    public init(path: String) throws(ConnectionFileError) {
        let bytes: Frame
        let limit = 1 << 20
        do { bytes = Frame(try FileSystem.read(path, limit: limit)) } catch {
            throw ConnectionFileError(path, "cannot be read: \(error.isTooLarge ? "it is larger than \(limit) bytes" : error.reason)")
        }
        do { try self.init(bytes: bytes) } catch { throw ConnectionFileError(path, error.message) }
    }

    struct Invalid: Error {
        let message: String
    }

    init(bytes: Frame) throws(Invalid) {
        let json: JSON
        do { json = try JSON(parsing: bytes) } catch { throw Invalid(message: "\(error)") }
        guard json.object != nil else { throw Invalid(message: "it is not a JSON object") }

        let transport = try Self.string("transport", in: json, default: "tcp")
        guard let known = Transport(rawValue: transport) else {
            throw Invalid(message: "transport is '\(transport)'; this kernel speaks tcp and ipc")
        }
        self.transport = known
        address = try Self.string("ip", in: json, default: known == .tcp ? "127.0.0.1" : nil)
        guard !address.isEmpty else { throw Invalid(message: "ip is empty") }

        key = try Self.string("key", in: json, default: "")
        let scheme = try Self.string("signature_scheme", in: json, default: "hmac-sha256")
        guard key.isEmpty || scheme == "hmac-sha256" else {
            throw Invalid(message: "signature_scheme is '\(scheme)'; this kernel signs with hmac-sha256")
        }

        ports = [:]
        for channel in Channel.allCases {
            let name = channel == .heartbeat ? "hb_port" : "\(channel.rawValue)_port"
            guard let value = json[name] else { throw Invalid(message: "\(name) is missing") }
            guard let port = value.int, (1...65535).contains(port) else {
                throw Invalid(message: "\(name) is \(value); it must be a number from 1 to 65535")
            }
            ports[channel] = port
        }
        curve = try Self.curveKeys(in: json)
    }

    /// The ZeroMQ endpoint of a channel.
    public func endpoint(_ channel: Channel) -> String {
        let port = ports[channel] ?? 0
        return switch transport {
        case .ipc: "ipc://\(socketPath(channel) ?? "")"
        case .tcp: address.contains(":") ? "tcp://[\(address)]:\(port)" : "tcp://\(address):\(port)"
        }
    }

    /// The path of the socket of a channel; nil with `tcp`.
    public func socketPath(_ channel: Channel) -> String? {
        transport == .ipc ? "\(address)-\(ports[channel] ?? 0)" : nil
    }

    private static func string(_ name: String, in json: JSON, default standard: String? = nil) throws(Invalid) -> String {
        switch json[name] {
        case .string(let value)?: return value
        case nil, .null?:
            if let standard { return standard }
            throw Invalid(message: "\(name) is missing")
        // The value itself is not shown: it could be a key.
        default: throw Invalid(message: "\(name) must be a string")
        }
    }

    private static func curveKeys(in json: JSON) throws(Invalid) -> CurveKeys? {
        let publicKey = try string("curve_publickey", in: json, default: "")
        let secretKey = try string("curve_secretkey", in: json, default: "")
        if publicKey.isEmpty, secretKey.isEmpty { return nil }
        guard publicKey.utf8.count == 40, secretKey.utf8.count == 40 else {
            throw Invalid(message: "curve_publickey and curve_secretkey must both have 40 characters")
        }
        return CurveKeys(publicKey: publicKey, secretKey: secretKey)
    }
}

/// Why a connection file cannot be used.
public struct ConnectionFileError: Error, Equatable, CustomStringConvertible {
    public let path: String
    public let message: String

    init(_ path: String, _ message: String) {
        self.path = path
        self.message = message
    }

    public var description: String {
        "connection file '\(path)': \(message). Jupyter writes this file when it starts a kernel; see `jupyter --runtime-dir`."
    }
}
