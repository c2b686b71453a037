import ApusHTTP
import ApusJSON
import HubTestServer
import TestSupport
import Testing

@Suite struct HTTPClientTests {
    private let world: HubTestWorld
    private let client: HTTPClient
    private let folder: TemporaryFolder

    init() throws {
        world = try HubTestServer.shared.get().world()
        client = try HTTPClient()
        folder = try TemporaryFolder()
    }

    private func get(_ path: String, method: String = "GET", stall: Duration = .seconds(10)) throws -> HTTPRequest {
        HTTPRequest(method, try client.url(world.endpoint + path), stallTimeout: stall)
    }

    private func failure(_ body: () throws -> Void) throws -> HTTPError {
        try #require(throws: HTTPError.self) { try body() }
    }

    /// A repository of ann with one public binary file of these bytes, which a redirect leads to.
    private func publish(_ content: [UInt8]) throws -> String {
        let file = try folder.write(content, to: "x.bin")
        try world.admin("file", ["kind": "model", "name": "ann/m", "path": "x.bin", "file": .string(file)])
        return "/ann/m/resolve/main/x.bin"
    }

    @Test func `an answer with an error status is an answer`() throws {
        let answer = try client.fetch(get("/api/whoami-v2"), limit: 1000, shouldStop: { false })
        #expect(answer.response.status == 401)
        #expect(answer.response["x-error-MESSAGE"] == "Invalid username or password.")
        #expect(try JSON(parsing: answer.body)["error"] == "Invalid username or password.")
    }

    @Test func `redirects are reported and not followed`() throws {
        let path = try publish([1, 2, 3])
        let answer = try client.fetch(get(path, method: "HEAD"), limit: 0, shouldStop: { false })
        #expect(answer.response.isRedirect)
        let target = try client.url(#require(answer.response["Location"]), relativeTo: client.url(world.endpoint))
        #expect(try target.origin != client.url(world.endpoint).origin)
        #expect(try client.fetch(HTTPRequest("GET", target), limit: 3, shouldStop: { false }).body == [1, 2, 3])
    }

    @Test func `a body of many pieces is sent and measured`() throws {
        let body = [UInt8](repeating: 7, count: 3_000_000)
        let request = HTTPRequest("PUT", try client.url(world.endpoint + "/nothing"))
        _ = try client.fetch(request, body: HTTPBody(body), limit: 1000, shouldStop: { false })
        #expect(try world.admin("log").array?.first?["bytes"]?.int == 3_000_000)
    }

    @Test func `connections are kept`() throws {
        var local: Set<String> = []
        for _ in 0..<3 {
            let answer = try client.fetch(get("/api/whoami-v2"), limit: 1000, shouldStop: { false })
            local.insert(answer.response["X-Connection"] ?? "")
        }
        #expect(local.count == 1)
    }

    @Test func `what may not be sent twice is sent once`() throws {
        _ = try client.fetch(get("/api/whoami-v2"), limit: 1000, shouldStop: { false })
        _ = try world.log()
        try world.faults(["kind": "lose_reply", "times": 9])
        #expect(try failure { _ = try client.fetch(get("/api/repos/create", method: "POST"), limit: 1000, shouldStop: { false }) }.kind == .dropped)
        #expect(try world.log().count == 1)
    }

    @Test(arguments: ["drop", "truncate"])
    func `a connection that ends early is dropped, not answered`(kind: String) throws {
        try world.faults(["kind": .string(kind), "after": 5, "times": 9])
        let error = try failure { _ = try client.fetch(get("/api/whoami-v2"), limit: 1000, shouldStop: { false }) }
        #expect(error.kind == .dropped && error.isTransient)
    }

    @Test func `silence ends after the stall time, not before`() throws {
        try world.faults(["kind": "stall", "after": 5, "seconds": 30])
        let start = ContinuousClock.now
        let error = try failure { _ = try client.fetch(get("/api/whoami-v2", stall: .milliseconds(300)), limit: 1000, shouldStop: { false }) }
        #expect(error.kind == .stalled && error.description.contains("0.3 s"))
        #expect(ContinuousClock.now - start >= .milliseconds(300))
    }

    @Test func `an interruption is heard while the server says nothing`() throws {
        try world.faults(["kind": "stall", "after": 5, "seconds": 30])
        var questions = 0
        let error = try failure {
            _ = try client.fetch(
                get("/api/whoami-v2", stall: .seconds(60)), limit: 1000,
                shouldStop: {
                    questions += 1
                    return questions > 5
                })
        }
        #expect(error.kind == .stopped)
        #expect(try client.fetch(get("/api/whoami-v2"), limit: 1000, shouldStop: { false }).response.status == 401, "the client is still usable")
    }

    @Test func `more than the limit is refused`() throws {
        let path = try publish([UInt8](repeating: 1, count: 100_000))
        let location = try #require(client.fetch(get(path, method: "HEAD"), limit: 0, shouldStop: { false }).response["Location"])
        let error = try failure { _ = try client.fetch(HTTPRequest("GET", client.url(location)), limit: 99_999, shouldStop: { false }) }
        #expect(error.kind == .refused)
    }

    @Test func `a server that is not there and a name that is none are unreachable`() throws {
        for url in ["http://127.0.0.1:1/x?secret=1", "http://nowhere.invalid/é"] {
            let error = try failure { _ = try client.fetch(HTTPRequest("GET", client.url(url)), limit: 1, shouldStop: { false }) }
            #expect(error.kind == .unreachable && !error.description.contains("secret"))
        }
    }

    @Test func `a name of other letters is looked up or refused`() throws {
        // Which of the two depends on the locale.
        let error = try failure { _ = try client.fetch(HTTPRequest("GET", client.url("http://nöwhere.invalid/")), limit: 1, shouldStop: { false }) }
        #expect(error.kind == .unreachable || error.kind == .invalidRequest)
    }

    @Test(arguments: [
        "", "ftp://x/", "file:///etc/passwd", "/relative", "http://", "http://ann:pw@host/", "http://ho st/", "gopher://x", "http://x:99999/",
        "http://a\0b/",
    ])
    func `what is no URL of a web server is refused`(text: String) throws {
        #expect(try failure { _ = try client.url(text) }.kind == .invalidRequest)
    }

    @Test func `URLs are taken apart and put together`() throws {
        let base = try client.url("HTTP://Example.ORG/a/b?x=1#part")
        #expect(base.text == "http://Example.ORG/a/b?x=1" || base.text == "http://example.org/a/b?x=1")
        #expect(base.origin == "http://example.org:80")
        #expect(try client.url("/c?d=%20", relativeTo: base).shown.lowercased() == "http://example.org/c")
        #expect(try client.url("//other.org:8080/", relativeTo: base).origin == "http://other.org:8080")
        #expect(try client.url("https://other.org/ü ä", relativeTo: base).isSecure)
        #expect("\(try client.url("https://x.org/a?X-Signature=secret"))" == "https://x.org/a")
    }

    @Test func `a header that would begin another one is refused before anything is sent`() throws {
        for header in [HTTPHeader("X", "a\r\nY: b"), HTTPHeader("X: a\r\nY", "b"), HTTPHeader("", "b"), HTTPHeader("X", "a\0")] {
            let request = HTTPRequest("GET", try client.url(world.endpoint), headers: [header])
            #expect(try failure { _ = try client.fetch(request, limit: 1000, shouldStop: { false }) }.kind == .invalidRequest)
        }
        #expect(try world.log().isEmpty)
    }

    @Test func `a missing library is one sentence with the package to install`() throws {
        let error = try failure { _ = try HTTPClient(certificates: nil, libraryNames: ["libabsent-curl.so.4"]) }
        #expect(error.kind == .libraryMissing)
        #expect(error.description.contains("libabsent-curl.so.4") && error.description.contains("apt-get install libcurl4"))
        #expect(try failure { _ = try HTTPClient(certificates: nil, libraryNames: ["libm.so.6"]) }.description.contains("has no function"))
    }

    @Test func `many threads use one client at once`() async throws {
        let path = try publish((0..<300_000).map { UInt8(truncatingIfNeeded: $0) })
        let location = try #require(client.fetch(get(path, method: "HEAD"), limit: 0, shouldStop: { false }).response["Location"])
        let (client, url) = (client, try client.url(location))
        let sums = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<12 {
                group.addTask { try client.fetch(HTTPRequest("GET", url), limit: 1 << 20, shouldStop: { false }).body.reduce(0) { $0 + Int($1) } }
            }
            return try await group.reduce(into: Set<Int>()) { $0.insert($1) }
        }
        #expect(sums.count == 1)
    }
}
