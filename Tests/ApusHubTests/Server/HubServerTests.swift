import ApusHub
import ApusJSON
import Foundation
import HubTestServer
import TestSupport
import Testing

/// What only a hub that is a server can do.
@Suite struct HubServerTests {
    private let world: HubTestWorld
    private let folder: TemporaryFolder
    private let repository: RepositoryID
    private let cache: HubCache

    init() throws {
        world = try HubTestServer.shared.get().world()
        folder = try TemporaryFolder()
        repository = try RepositoryID(.dataset, "ann/candles")
        cache = HubCache(folder: folder.path + "/cache")
    }

    private func publish(_ files: [String: [UInt8]], to repository: RepositoryID? = nil, isPrivate: Bool = false) throws {
        let hub = try world.hub()
        try hub.createRepository(repository ?? self.repository, isPrivate: isPrivate, existOK: true)
        let operations = files.sorted { $0.key < $1.key }.map { CommitRequest.Operation.add(path: $0.key, .bytes($0.value)) }
        _ = try hub.commit(CommitRequest(operations, summary: "Add files"), to: repository ?? self.repository)
        _ = try world.log()
    }

    // MARK: Who

    @Test func `whoami knows name, role and token name, and an unknown token is refused without being repeated`() throws {
        let user = try world.hub().whoami(token: HubToken(HubTestWorld.annReading))
        #expect(user == HubUser(name: "ann", fullName: "Ann", role: .read, tokenName: "reader", isAnonymous: false))
        #expect(try world.hub(token: nil).whoami(token: nil).isAnonymous)
        let error = try hubError { _ = try world.hub().whoami(token: HubToken("hf_marker0123456789")) }
        #expect(error.code == .unauthorised && !error.description.contains("marker"))
        #expect(error.nextStep?.contains("/settings/tokens") == true)
    }

    // MARK: The three shapes

    @Test func `a small public file follows a redirect within the hub, once for the head and once for the content`() throws {
        try publish(["a b/ü.json": Array("{}\n".utf8)])
        let file = try cache.download("a b/ü.json", from: repository, hub: world.hub(token: nil))
        #expect(file.etag == .gitSHA1("0967ef424bce6791893e9a57bb952f80fd536e93"))
        let log = try world.log()
        #expect(log.map(\.method) == ["HEAD", "GET"])
        #expect(log[1].path.hasPrefix("/api/resolve-cache/datasets/ann/candles/\(file.commit)/"))
    }

    @Test(arguments: [false, true])
    func `a large file comes from another host, which never sees the token`(isXet: Bool) throws {
        let content = randomBytes(300_000)
        try publish(["x.bin": content])
        try world.admin("settings", ["xet": .bool(isXet)])
        let file = try cache.download("x.bin", from: repository, hub: world.hub())
        #expect(FileManager.default.contents(atPath: file.location) == Data(content))
        let log = try world.log()
        #expect(log.map { "\($0.server) \($0.method) \($0.isAuthorized)" } == ["Hub HEAD true", "CDN GET false"])
    }

    @Test func `private and gated files come directly, to whom may have them`() throws {
        let content = randomBytes(1000)
        try publish(["x.bin": content], isPrivate: true)
        #expect(try FileManager.default.contents(atPath: cache.download("x.bin", from: repository, hub: world.hub()).location) == Data(content))
        #expect(try world.log().map(\.server) == ["Hub", "Hub"])
        for token in [nil, HubTestWorld.bob] {
            let error = try hubError {
                _ = try HubCache(folder: folder.path + "/c2").download("x.bin", from: repository, hub: world.hub(token: token))
            }
            #expect(error.code == .repositoryNotFound && error.description.contains("private"))
            #expect(error.nextStep?.contains(token == nil ? "HF_TOKEN" : "somebody who may see it") == true)
        }
        let gated = try RepositoryID(.model, "ann/gated")
        try publish(["x.bin": content], to: gated)
        try world.admin("repository", ["kind": "model", "name": "ann/gated", "gated": ["ann"]])
        #expect(try cache.download("x.bin", from: gated, hub: world.hub()).size == 1000)
        for token in [nil, HubTestWorld.bob] {
            let error = try hubError { _ = try HubCache(folder: folder.path + "/c2").download("x.bin", from: gated, hub: world.hub(token: token)) }
            #expect(error.code == .gated && error.nextStep?.contains("Ask for access at \(world.endpoint)/ann/gated") == true)
        }
    }

    @Test func `a signed address that has expired is asked for again`() throws {
        let content = randomBytes(2_000_000)
        try publish(["x.bin": content])
        try world.faults(
            ["kind": "truncate", "method": "GET", "after": 700_000], ["kind": "status", "status": 403, "method": "GET", "path": "^/[0-9a-f]{64}$"])
        let file = try cache.download("x.bin", from: repository, hub: world.hub())
        #expect(FileManager.default.contents(atPath: file.location) == Data(content))
        let log = try world.log()
        #expect(log.map(\.method) == ["HEAD", "GET", "GET", "HEAD", "GET"])
        #expect(log.last?.range?.hasPrefix("bytes=") == true)
    }

    @Test func `a repository that was renamed is found under its old name, for reading and for writing`() throws {
        let content = randomBytes(5000)
        try publish(["x.bin": content, "y.json": [0x31]])
        try world.admin("settings", ["renamed": ["ann/old": "ann/candles", "candles": "ann/candles"]])
        for name in ["ann/old", "candles"] {
            let old = try RepositoryID(.dataset, name)
            #expect(try FileManager.default.contents(atPath: cache.download("x.bin", from: old, hub: world.hub()).location) == Data(content))
            #expect(try cache.snapshot(of: old, hub: world.hub()).files.count == 2)
        }
        let old = try RepositoryID(.dataset, "ann/old")
        let receipt = try world.hub().commit(
            CommitRequest([.add(path: "z.bin", .bytes(randomBytes(100))), .add(path: "z.json", .bytes([0x32]))], summary: "Add z"), to: old)
        #expect(try world.hub().repositoryInfo(repository).sha == receipt.commit)
    }

    // MARK: Resume

    @Test func `a broken connection goes on where it broke`() throws {
        let content = randomBytes(3_000_000)
        try publish(["x.bin": content])
        try world.faults(["kind": "truncate", "method": "GET", "after": 1_000_000], ["kind": "truncate", "method": "GET", "after": 1_500_000])
        let file = try cache.download("x.bin", from: repository, hub: world.hub())
        #expect(FileManager.default.contents(atPath: file.location) == Data(content))
        #expect(try world.log().compactMap(\.range) == ["bytes=1000000-", "bytes=2500000-"])
    }

    @Test func `another process goes on with what one left, and one content of two paths is fetched once`() throws {
        let content = randomBytes(3_000_000)
        try publish(["x.bin": content, "copy.bin": content])
        try world.faults(["kind": "truncate", "method": "GET", "after": 1_200_000], ["kind": "drop", "method": "GET", "times": 99])
        let error = try hubError { _ = try cache.download("x.bin", from: repository, hub: world.hub()) }
        #expect(error.code == .offline && error.nextStep?.contains("continues where it stopped") == true)
        #expect(folder.leftovers.count == 1)
        try world.faults()
        _ = try world.log()
        let file = try cache.download("copy.bin", from: repository, hub: world.hub())
        #expect(FileManager.default.contents(atPath: file.location) == Data(content))
        #expect(try world.log().compactMap(\.range) == ["bytes=1200000-"])
        _ = try cache.download("x.bin", from: repository, hub: world.hub())
        #expect(try world.log().map(\.method) == ["HEAD"])
        #expect(folder.leftovers.isEmpty)
    }

    @Test func `a leftover that does not belong is found out, and the content is fetched anew`() throws {
        let content = randomBytes(100_000)
        try publish(["x.bin": content])
        let etag = try world.hub().resolve("x.bin", in: repository, revision: .main).etag
        for leftover in [randomBytes(50_000, seed: 9), randomBytes(100_000, seed: 9), randomBytes(200_000, seed: 9)] {
            let cache = HubCache(folder: folder.path + "/cache\(leftover.count)")
            _ = try folder.write(leftover, to: "cache\(leftover.count)/datasets--ann--candles/blobs/\(etag).0badc0de.incomplete")
            #expect(try FileManager.default.contents(atPath: cache.download("x.bin", from: repository, hub: world.hub()).location) == Data(content))
        }
        #expect(folder.leftovers.isEmpty)
    }

    // MARK: Several files

    @Test func `several files come from one commit, some at once, with one account of the progress`() throws {
        let contents = Dictionary(uniqueKeysWithValues: (0..<7).map { ("f\($0).bin", randomBytes(200_000 + $0, seed: UInt64($0))) })
        try publish(contents)
        var seen: [String: Int] = [:]
        let transfer = Transfer(progress: { seen[$0.path] = $0.completed })
        let paths = contents.keys.sorted()
        let files = try cache.download(paths + ["absent"], optional: ["absent"], from: repository, hub: world.hub(), transfer: transfer)
        #expect(files.count == 7 && Set(files.values.map(\.commit)).count == 1)
        for path in paths {
            #expect(FileManager.default.contents(atPath: files[path]!.location) == Data(contents[path]!))
            #expect(seen[path] == contents[path]!.count)
        }
        _ = try world.log()
        let other = HubCache(folder: folder.path + "/other")
        let error = try hubError { _ = try other.download(paths + ["absent"], from: repository, hub: world.hub()) }
        #expect(error.code == .entryNotFound && error.message.contains("'absent'") && error.message.contains("at 'main'"))
        #expect(try !world.log().contains { $0.server == "CDN" }, "nothing is fetched when something is missing")
    }

    @Test func `interrupting several files stops all of them, and they go on later`() throws {
        let contents = Dictionary(uniqueKeysWithValues: (0..<4).map { ("f\($0).bin", randomBytes(1_000_000, seed: UInt64($0))) })
        try publish(contents)
        try world.faults(["kind": "stall", "after": 400_000, "seconds": 30, "times": 4, "method": "GET", "path": "^/[0-9a-f]{64}$"])
        var done: [String: Int] = [:]
        let transfer = Transfer(progress: { done[$0.path] = $0.completed }, shouldStop: { done.values.filter { $0 > 0 }.count == 4 })
        let error = try hubError { _ = try cache.download(contents.keys.sorted(), from: repository, hub: world.hub(), transfer: transfer) }
        #expect(error.code == .cancelled)
        #expect(folder.leftovers.count == 4)
        try world.faults()
        _ = try world.log()
        let files = try cache.download(contents.keys.sorted(), from: repository, hub: world.hub())
        #expect(files.values.allSatisfy { FileManager.default.contents(atPath: $0.location) == Data(contents[$0.path]!) })
        #expect(try world.log().compactMap(\.range).count == 4)
    }

    @Test func `a snapshot has what the patterns choose, page by page, and needs no hub afterwards`() throws {
        try publish(["v2/BTC/X.npy": [0, 1], "v2/BTC/c.json": [0x31], "v2/ETH/X.npy": [0, 2], "README.md": [0x32], "v2/z.pkl": [0, 3]])
        try world.admin("settings", ["page_size": 2])
        let patterns = FilePatterns(include: ["v2/"], exclude: ["*.pkl"])
        let snapshot = try cache.snapshot(of: repository, matching: patterns, hub: world.hub())
        #expect(snapshot.files.map(\.path) == ["v2/BTC/X.npy", "v2/BTC/c.json", "v2/ETH/X.npy"])
        #expect(FileManager.default.contents(atPath: snapshot.folder + "/v2/ETH/X.npy") == Data([0, 2]))
        _ = try world.log()
        #expect(try cache.snapshot(of: repository, matching: patterns, hub: world.hub(), isOffline: true).files.count == 3)
        #expect(try world.log().isEmpty)
        #expect(try cache.snapshot(of: repository, matching: patterns, hub: world.hub()).files.allSatisfy(\.wasCached))
        #expect(try world.log().count == 1, "only the commit is asked for")
        try world.faults(["kind": "drop", "method": "GET", "times": 99])
        #expect(try cache.snapshot(of: repository, matching: patterns, hub: world.hub()).files.count == 3, "the hub is away")
        #expect(try hubError { _ = try cache.snapshot(of: repository, hub: world.hub(), isOffline: true) }.code == .offline)
        try world.faults()
        let none = try hubError { _ = try cache.snapshot(of: repository, matching: FilePatterns(include: ["*.csv"]), hub: world.hub()) }
        #expect(none.code == .entryNotFound && none.description.contains("none of the 5 files"))
    }

    @Test(arguments: ["../escape", "/etc/passwd", "a/../../b", "a//b", ".git/hooks/post-checkout", "a\nb", "x/."])
    func `a listing with a hostile path is refused before anything is fetched`(path: String) throws {
        try publish(["good.txt": [0x31]])
        try world.admin("listing", ["kind": "dataset", "name": "ann/candles", "entries": [.string(path)]])
        let error = try hubError { _ = try cache.snapshot(of: repository, hub: world.hub()) }
        #expect(error.code == .invalidPath && error.description.contains("not to be trusted"))
        #expect(try hubError { _ = try world.hub().repositoryInfo(repository) }.code == .invalidPath)
        #expect(folder.entries().isEmpty)
    }

    // MARK: Without a hub

    @Test func `a hub that is away is told from one that has nothing`() throws {
        try publish(["x": [0x31]])
        let file = try cache.download("x", from: repository, hub: world.hub())
        for rule in [["kind": "drop", "times": 99], ["kind": "status", "status": 503, "times": 99]] as [JSON] {
            try world.faults(rule)
            #expect(try cache.download("x", from: repository, hub: world.hub()).location == file.location)
            #expect(try 99 - world.faultsLeft() == 1, "who has the file does not wait")
        }
        #expect(try hubError { _ = try cache.download("y", from: repository, hub: world.hub()) }.code == .serverFailure)
        try world.faults(["kind": "status", "status": 429, "headers": ["Retry-After": "3600"]])
        let limited = try hubError { _ = try cache.download("y", from: repository, hub: world.hub()) }
        #expect(limited.code == .rateLimited && limited.nextStep == "Try again in 3600 seconds")
        let nowhere = try HTTPHub("http://127.0.0.1:1", token: nil, environment: HubEnvironment([:]), retry: RetryPolicy.impatient)
        let error = try hubError { _ = try cache.download("z", from: repository, hub: nowhere) }
        #expect(error.code == .offline && error.nextStep?.contains("HF_ENDPOINT") == true)
    }

    @Test func `a pinned file that is there needs no request`() throws {
        try publish(["x": [0x31]])
        let file = try cache.download("x", from: repository, hub: world.hub())
        _ = try world.log()
        #expect(try cache.download("x", from: repository, revision: Revision(file.commit), hub: world.hub()).wasCached)
        #expect(try world.log().isEmpty)
    }

    @Test func `circles, compression that nobody asked for and endless heads end in an error`() throws {
        try publish(["x": [0x31]])
        let circle = "\(world.endpoint)/ann/candles/resolve/main/x"
        try world.faults(["kind": "status", "status": 307, "headers": ["Location": .string(circle)], "times": 99])
        #expect(try hubError { _ = try cache.download("x", from: repository, hub: world.hub()) }.description.contains("in a circle"))
        try world.faults(["kind": "header", "method": "GET", "headers": ["Content-Encoding": "gzip"]])
        #expect(try hubError { _ = try cache.download("x", from: repository, hub: world.hub()) }.description.contains("gzip"))
        let long = JSON.object(JSONObject((0..<200).map { ("X-\($0)", .string(String(repeating: "a", count: 60_000))) }))
        try world.faults(["kind": "header", "headers": long, "times": 99])
        #expect(throws: HubError.self) { try cache.download("x", from: repository, hub: world.hub()) }
        #expect(folder.leftovers.isEmpty && cache.cachedFile("x", in: repository) == nil)
    }

    @Test func `offline not one request leaves, whoever asks`() throws {
        try publish(["x": [0x31]])
        let hub = try world.hub(variables: ["HF_HUB_OFFLINE": "1"])
        for body in [
            { _ = try hub.whoami(token: nil) }, { _ = try hub.repositoryInfo(repository) }, { _ = try hub.listFiles(repository) },
            { _ = try cache.download("x", from: repository, hub: hub) }, { try hub.createRepository(repository, existOK: true) },
            { _ = try hub.commit(CommitRequest([.add(path: "y", .bytes([1]))], summary: "y"), to: repository) },
        ] {
            #expect(try hubError(body).code == .offline)
        }
        #expect(try world.log().isEmpty)
    }

    @Test func `what does not answer as a hub is not believed`() throws {
        try publish(["x": [0x31]])
        try world.faults(["kind": "status", "status": 200, "body": "<html>Please sign in</html>", "times": 2])
        #expect(try hubError { _ = try world.hub().repositoryInfo(repository) }.description.contains("not JSON"))
        #expect(try hubError { _ = try cache.download("x", from: repository, hub: world.hub()) }.code == .damaged)
        try world.faults(["kind": "status", "status": 302, "headers": ["Location": "http://localhost:9/elsewhere?token=1"], "times": 2])
        for body in [{ _ = try cache.download("x", from: repository, hub: world.hub()) }, { _ = try world.hub().repositoryInfo(repository) }] {
            let error = try hubError(body)
            #expect(
                error.code == .invalidEndpoint && error.description.contains("http://localhost:9/elsewhere") && !error.description.contains("token=1")
            )
        }
    }
}

extension RetryPolicy {
    static let impatient = RetryPolicy(retries: 0, first: .zero, longest: .zero, patience: .zero, work: .seconds(2))
}
