import ApusHub
import ApusJSON
import Foundation
import HubTestServer
import TestSupport
import Testing

/// A hub and a network that misbehave at random: a transfer ends with the right bytes or with a clear error, never with wrong bytes.
///
/// `APUS_HUB_FAULTS` sets how many rounds each test makes, `APUS_HUB_SEED` repeats a run.
@Suite struct HubFaultTests {
    private static let environment = ProcessInfo.processInfo.environment
    private static let rounds = environment["APUS_HUB_FAULTS"].flatMap(Int.init) ?? 40
    private static let seed = environment["APUS_HUB_SEED"].flatMap(UInt64.init) ?? UInt64.random(in: 0...999_999_999)

    /// What a client must overcome, as long as it does not happen too often.
    private static let passing: [@Sendable (inout SeededGenerator, Int) -> JSONObject] = [
        { generator, _ in ["kind": "status", "status": .int([408, 500, 502, 503, 504].randomElement(using: &generator)!)] },
        { _, _ in ["kind": "status", "status": 429, "headers": ["Retry-After": "0"]] },
        { _, _ in ["kind": "status", "status": 429, "headers": ["RateLimit": "\"api\";r=0;t=0"]] },
        { _, _ in ["kind": "drop"] },
        { _, _ in ["kind": "lose_reply"] },
        { generator, size in ["kind": "truncate", "after": .int(Int.random(in: 0...size, using: &generator))] },
        { generator, size in ["kind": "stall", "seconds": 20, "after": .int(Int.random(in: 0...size, using: &generator))] },
        { _, _ in ["kind": "slow", "seconds": 0.05] },
    ]

    /// What can only happen to a content on its way.
    private static let onContents: [@Sendable (inout SeededGenerator, Int) -> JSONObject] = [
        { _, _ in ["kind": "no_range"] },
        { _, _ in ["kind": "wrong_range"] },
    ]

    private static let contentPath = "^/[0-9a-f]{64}$|resolve"

    private func quick(_ world: HubTestWorld) throws -> HTTPHub {
        try world.hub(variables: ["HF_HUB_DOWNLOAD_TIMEOUT": "0.5", "HF_HUB_ETAG_TIMEOUT": "0.5"], retries: 8)
    }

    private func pick(_ count: Int, of size: Int, contents: Bool, using generator: inout SeededGenerator) -> [JSON] {
        (0..<count).map { _ in
            let kinds = contents ? Self.passing + Self.onContents : Self.passing
            var rule = kinds.randomElement(using: &generator)!(&generator, size)
            if contents {
                rule["path"] = .string(Self.contentPath)
                rule["method"] = "GET"
            }
            return .object(rule)
        }
    }

    @Test func `downloads survive faults, also in another process, and are right`() throws {
        print("HubFaultTests: downloads, seed \(Self.seed), \(Self.rounds) rounds")
        var generator = SeededGenerator(seed: Self.seed)
        var happened = 0
        for round in 0..<Self.rounds {
            let context = Comment("seed \(Self.seed), round \(round)")
            let (world, folder) = (try HubTestServer.shared.get().world(), try TemporaryFolder())
            let (hub, repository) = (try quick(world), try RepositoryID(.dataset, "ann/candles"))
            try hub.createRepository(repository, isPrivate: Bool.random(using: &generator))
            let size = Int.random(in: 1...3_000_000, using: &generator)
            // Bytes are a large file, digits a small one.
            var content = randomBytes(size, seed: generator.next())
            if Bool.random(using: &generator) { content = content.map { 0x30 + $0 % 10 } }
            _ = try hub.commit(CommitRequest([.add(path: "a/x", .bytes(content))], summary: "x"), to: repository)
            let rules = pick(Int.random(in: 1...4, using: &generator), of: size, contents: Bool.random(using: &generator), using: &generator)
            try world.admin("faults", .array(rules))
            let before = rules.count
            let cache = HubCache(folder: folder.path + "/cache")
            if Bool.random(using: &generator) {
                // As if the process had ended here: nothing but the files is left.
                var completed = 0
                let stop = Int.random(in: 0...size, using: &generator)
                _ = try? cache.download(
                    "a/x", from: repository, hub: quick(world),
                    transfer: Transfer(progress: { completed = $0.completed }, shouldStop: { completed > stop }))
            }
            let file = try cache.download("a/x", from: repository, hub: quick(world))
            #expect(FileManager.default.contents(atPath: file.location) == Data(content), context)
            #expect(folder.leftovers.isEmpty, context)
            happened += try before - world.faultsLeft()
        }
        print("HubFaultTests: \(happened) faults happened to \(Self.rounds) downloads")
        #expect(happened >= Self.rounds / 2)
    }

    @Test func `a flipped byte is noticed and fetched again`() throws {
        print("HubFaultTests: flipped bytes, seed \(Self.seed)")
        var generator = SeededGenerator(seed: Self.seed)
        for round in 0..<max(6, Self.rounds / 4) {
            let context = Comment("seed \(Self.seed), round \(round)")
            let (world, folder) = (try HubTestServer.shared.get().world(), try TemporaryFolder())
            let (hub, repository) = (try quick(world), try RepositoryID(.dataset, "ann/candles"))
            try hub.createRepository(repository, isPrivate: Bool.random(using: &generator))
            let size = Int.random(in: 1...2_000_000, using: &generator)
            var content = randomBytes(size, seed: generator.next())
            if Bool.random(using: &generator) { content = content.map { 0x30 + $0 % 10 } }
            _ = try hub.commit(CommitRequest([.add(path: "x", .bytes(content))], summary: "x"), to: repository)
            let cache = HubCache(folder: folder.path + "/cache")
            let flip: JSON = [
                "kind": "flip", "method": "GET", "path": .string(Self.contentPath), "after": .int(Int.random(in: 0..<size, using: &generator)),
                "times": 2,
            ]
            try world.faults(flip)
            let error = try hubError { _ = try cache.download("x", from: repository, hub: hub) }
            #expect(error.code == .checksumMismatch, context)
            #expect(!folder.entries("cache").contains { $0.contains("blobs/") || $0.contains("snapshots/") && $0.hasSuffix("/x") }, context)
            try world.admin("faults", [["kind": "flip", "method": "GET", "path": .string(Self.contentPath), "after": .int(size / 2)]])
            let file = try cache.download("x", from: repository, hub: hub)
            #expect(FileManager.default.contents(atPath: file.location) == Data(content), context)
        }
    }

    @Test(
        arguments: [
            (["X-Linked-Etag": .string(String(repeating: "ab", count: 32))], .checksumMismatch),
            (["X-Linked-Etag": "\"../../../../etc/passwd\""], .damaged), (["X-Linked-Etag": "\"123-456\""], .damaged),
            (["X-Linked-Size": "17"], .checksumMismatch), (["X-Linked-Size": "99999"], .checksumMismatch), (["X-Linked-Size": "-1"], .damaged),
            (["X-Repo-Commit": nil], .damaged), (["X-Repo-Commit": "../../x"], .damaged), (["X-Repo-Commit": ""], .damaged),
        ] as [(JSON, HubError.Code)])
    func `a lie about a file is found out and nothing of it is kept`(headers: JSON, code: HubError.Code) throws {
        let (world, folder) = (try HubTestServer.shared.get().world(), try TemporaryFolder())
        let (hub, repository) = (try quick(world), try RepositoryID(.dataset, "ann/candles"))
        try hub.createRepository(repository)
        let content = randomBytes(5000)
        _ = try hub.commit(CommitRequest([.add(path: "x", .bytes(content))], summary: "x"), to: repository)
        let cache = HubCache(folder: folder.path + "/cache")
        try world.faults(["kind": "header", "method": "HEAD", "headers": headers])
        #expect(try hubError { _ = try cache.download("x", from: repository, hub: hub) }.code == code)
        #expect(!folder.entries().contains { $0.contains("blobs/") || $0.contains("refs/") })
        #expect(try FileManager.default.contents(atPath: cache.download("x", from: repository, hub: hub).location) == Data(content))
    }

    @Test func `uploads survive faults with exactly one commit`() throws {
        print("HubFaultTests: uploads, seed \(Self.seed), \(Self.rounds) rounds")
        var generator = SeededGenerator(seed: Self.seed ^ 1)
        var happened = 0
        for round in 0..<Self.rounds {
            let context = Comment("seed \(Self.seed), round \(round)")
            let (world, folder) = (try HubTestServer.shared.get().world(), try TemporaryFolder())
            let (hub, repository) = (try quick(world), try RepositoryID(.model, "ann/m"))
            try hub.createRepository(repository)
            try world.admin("settings", ["multipart_from": 300_000, "part_size": 100_000])
            let size = Int.random(in: 1...600_000, using: &generator)
            let files: [String: [UInt8]] = [
                "m/model.h5": randomBytes(size, seed: generator.next()), "m/scaler.pkl": randomBytes(600, seed: generator.next()),
                "m/config.json": Array("{\"round\": \(round)}\n".utf8),
            ]
            let rules = pick(Int.random(in: 1...3, using: &generator), of: 300, contents: false, using: &generator).map { rule -> JSON in
                guard var object = rule.object else { return rule }
                object["method"] = ["POST|PUT", ".*"].randomElement(using: &generator)!
                object["path"] = ["", "/commit/", "/upload/|/complete/|batch|verify"].randomElement(using: &generator)!
                return .object(object)
            }
            try world.admin("faults", .array(rules))
            let operations = files.sorted { $0.key < $1.key }.map { CommitRequest.Operation.add(path: $0.key, .bytes($0.value)) }
            let request = CommitRequest(operations, summary: "Round \(round)", isPullRequest: Bool.random(using: &generator))
            let receipt = try hub.commit(request, to: repository)
            happened += try rules.count - world.faultsLeft()
            try world.faults()
            let revision: JSON = request.isPullRequest ? "refs/pr/1" : "main"
            let titles = try world.admin("commits", ["kind": "model", "name": "ann/m", "revision": revision])
            #expect(titles == [.string("Round \(round)"), "initial commit"], context)
            #expect(receipt.isNew && receipt.pullRequest?.hasSuffix("/discussions/1") == (request.isPullRequest ? true : nil), context)
            let cache = HubCache(folder: folder.path + "/cache")
            for (path, content) in files {
                let file = try cache.download(path, from: repository, revision: Revision(receipt.commit), hub: hub)
                #expect(FileManager.default.contents(atPath: file.location) == Data(content), context)
            }
            #expect(try hub.commit(request, to: repository).isNew == request.isPullRequest, context)
        }
        print("HubFaultTests: \(happened) faults happened to \(Self.rounds) uploads")
        #expect(happened >= Self.rounds / 2)
    }
}
