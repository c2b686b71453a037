import ApusJSON
import Glibc
import JupyterProtocol
import Testing

@Suite struct ConnectionFileTests {
    static let valid: JSONObject = [
        "transport": "tcp", "ip": "127.0.0.1", "shell_port": 50001, "iopub_port": 50002, "stdin_port": 50003, "control_port": 50004,
        "hb_port": 50005, "key": "secret", "signature_scheme": "hmac-sha256", "kernel_name": "apus",
    ]

    /// Writes `text` to a file for the time of `body`.
    static func withFile<T>(_ text: String, _ body: (String) throws -> T) throws -> T {
        var template = Array("/tmp/apus-connection-XXXXXX".utf8CString)
        let descriptor = mkstemp(&template)
        let path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        defer { unlink(path) }
        _ = Array(text.utf8).withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
        close(descriptor)
        return try body(path)
    }

    static func read(_ changes: [String: JSON?]) throws -> ConnectionFile {
        var object = valid
        for (key, value) in changes { object[key] = value }
        return try withFile(JSON.object(object).text(.indented(2))) { try ConnectionFile(path: $0) }
    }

    @Test func `a file as jupyter_client writes it is read`() throws {
        let connection = try Self.read([:])
        #expect(connection.key == "secret")
        #expect(connection.endpoint(.shell) == "tcp://127.0.0.1:50001")
        #expect(connection.endpoint(.heartbeat) == "tcp://127.0.0.1:50005")
        #expect(connection.curve == nil)
    }

    @Test func `ipc, IPv6 and encryption are understood`() throws {
        #expect(try Self.read(["transport": "ipc", "ip": "/run/k-ipc", "iopub_port": 2]).endpoint(.iopub) == "ipc:///run/k-ipc-2")
        #expect(try Self.read(["ip": "::1"]).endpoint(.stdin) == "tcp://[::1]:50003")
        let key = JSON.string(String(repeating: "a", count: 40))
        #expect(try Self.read(["curve_publickey": key, "curve_secretkey": key]).curve != nil)
    }

    @Test(
        arguments: [
            ("shell_port", JSON.null, "shell_port is null"), ("hb_port", 0, "hb_port is 0"), ("hb_port", 65536, "1 to 65535"),
            ("iopub_port", "50002", "iopub_port"), ("transport", "pgm", "pgm"), ("signature_scheme", "hmac-md5", "hmac-md5"), ("ip", 3, "ip"),
            ("ip", "", "ip is empty"), ("key", 5, "key must be a string"), ("curve_secretkey", "short", "40 characters"),
        ] as [(String, JSON, String)])
    func `a wrong value is named`(field: String, value: JSON, message: String) {
        let error = #expect(throws: ConnectionFileError.self) { try Self.read([field: value]) }
        #expect(error?.description.contains(message) == true, "\(String(describing: error))")
        #expect(error?.description.contains("secret") == false || field == "curve_secretkey", "the key is never shown")
    }

    @Test func `a missing port is named`() {
        let error = #expect(throws: ConnectionFileError.self) { try Self.read(["control_port": JSON?.none]) }
        #expect(error?.message == "control_port is missing")
    }

    @Test(arguments: ["", "{", "[]", "{\"a\":\u{1}}"])
    func `a file that is not JSON is refused`(text: String) {
        #expect(throws: ConnectionFileError.self) { try Self.withFile(text) { try ConnectionFile(path: $0) } }
    }

    @Test func `a file that is not there is named`() {
        let error = #expect(throws: ConnectionFileError.self) { try ConnectionFile(path: "/nowhere/kernel.json") }
        #expect(error?.description.contains("/nowhere/kernel.json") == true)
        #expect(error?.description.contains("No such file") == true)
        #expect(throws: ConnectionFileError.self) { try ConnectionFile(path: "/tmp") }
    }
}
