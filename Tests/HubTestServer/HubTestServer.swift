import ApusHTTP
package import ApusJSON
import Foundation
import Synchronization

/// The Hub server of `Tests/Tools/hub_server`, as a process that ends with this one.
package final class HubTestServer: Sendable {
    /// One server for all tests of a process; every test has a hub of its own in it.
    package static let shared = Result { try HubTestServer() }

    package struct Failure: Error, CustomStringConvertible {
        package let description: String
    }

    /// `http://127.0.0.1:PORT`
    package let url: String
    private let process: Mutex<Process>
    private let client: HTTPClient
    private let worlds = Mutex(0)

    private init() throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["python3", "-m", "hub_server"]
        process.currentDirectoryURL = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../Tools")
        let output = Pipe()
        process.standardOutput = output
        // The pipe stays open as long as this process lives, and the server as long as the pipe.
        process.standardInput = Pipe()
        try process.run()
        var line: [UInt8] = []
        while line.last != UInt8(ascii: "\n") {
            let piece = output.fileHandleForReading.availableData
            guard !piece.isEmpty else { throw Failure(description: "the hub server (python3 -m hub_server in Tests/Tools) does not start") }
            line += piece
        }
        guard let port = try JSON(parsing: line)["port"]?.int else { throw Failure(description: "the hub server names no port") }
        url = "http://127.0.0.1:\(port)"
        client = try HTTPClient()
        self.process = Mutex(process)
    }

    /// An empty hub.
    package func world() -> HubTestWorld {
        let number = worlds.withLock { count in
            count += 1
            return count
        }
        return HubTestWorld(endpoint: "\(url)/w/t\(number)", server: self)
    }

    fileprivate func post(_ url: String, _ body: JSON) throws -> JSON {
        let request = HTTPRequest("POST", try client.url(url), stallTimeout: .seconds(60))
        let answer = try client.fetch(request, body: HTTPBody(Array(body.utf8())), limit: 1 << 28, shouldStop: { false })
        guard answer.response.isSuccess else { throw Failure(description: "\(url): status \(answer.response.status)") }
        return try JSON(parsing: answer.body)
    }
}

/// One hub of the server.
package struct HubTestWorld: Sendable {
    /// What `HF_ENDPOINT` would be.
    package let endpoint: String
    private let server: HubTestServer

    fileprivate init(endpoint: String, server: HubTestServer) {
        self.endpoint = endpoint
        self.server = server
    }

    /// Tokens that every hub of the server knows.
    package static let ann = "hf_ann_write"
    package static let annReading = "hf_ann_read"
    package static let bob = "hf_bob_write"

    /// Calls the admin interface: see `Tests/Tools/hub_server/admin.py`.
    @discardableResult
    package func admin(_ action: String, _ body: JSON = [:]) throws -> JSON { try server.post("\(endpoint)/admin/\(action)", body) }

    /// What goes wrong from now on: see `Tests/Tools/hub_server/faults.py`.
    package func faults(_ rules: JSON...) throws { try admin("faults", .array(rules)) }

    /// How many faults did not happen.
    package func faultsLeft() throws -> Int { try admin("left").int ?? -1 }

    /// The requests since the last call.
    package func log() throws -> [HubTestRequest] {
        try (admin("log").array ?? []).map { entry in
            HubTestRequest(
                server: entry["server"]?.string ?? "", method: entry["method"]?.string ?? "", path: entry["path"]?.string ?? "",
                query: entry["query"]?.string ?? "", range: entry["range"]?.string, isAuthorized: entry["authorized"]?.bool ?? false)
        }
    }
}

/// What was asked of a hub.
package struct HubTestRequest: Sendable {
    /// `Hub`, or `CDN` for the store of large files.
    package let server: String
    package let method: String
    package let path: String
    package let query: String
    package let range: String?
    package let isAuthorized: Bool
}
