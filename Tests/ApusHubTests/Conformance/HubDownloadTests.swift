import ApusHub
import Foundation
import TestSupport
import Testing

@Suite struct HubDownloadTests {
    @Test(arguments: HubUnderTest.all, [0, 1, 5, (1 << 20) - 1, 1 << 20, (1 << 20) + 1, 3_000_001])
    func `what is downloaded is what was uploaded`(kind: HubUnderTest, size: Int) throws {
        let fixture = try HubFixture(kind)
        let bytes = randomBytes(size, seed: UInt64(size) + 1)
        let receipt = try fixture.commit(["v2/BTC/15m/X.npy": bytes])
        var events: [TransferProgress] = []
        let file = try fixture.cache.download(
            "v2/BTC/15m/X.npy", from: fixture.repository, hub: fixture.hub, transfer: Transfer(progress: { events.append($0) }))
        #expect(try fixture.folder.read("cache/datasets--ann--candles/snapshots/\(receipt.commit)/v2/BTC/15m/X.npy") == bytes)
        #expect(file.size == size && file.commit == receipt.commit && !file.wasCached)
        #expect(events.map(\.completed) == events.map(\.completed).sorted())
        #expect(events.last == TransferProgress(path: "v2/BTC/15m/X.npy", phase: .downloading, completed: size, total: size))
        #expect(fixture.folder.leftovers.isEmpty)
        #expect(try fixture.download("v2/BTC/15m/X.npy").wasCached)
        try fixture.cache.verify(file)
    }

    @Test(arguments: HubUnderTest.all)
    func `the cache has the layout of the Python client`(kind: HubUnderTest) throws {
        let fixture = try HubFixture(kind)
        let receipt = try fixture.commit(["a/b/c.txt": Array("{}\n".utf8), "d.bin": [0, 1]])
        _ = try fixture.download("a/b/c.txt")
        let large = try fixture.download("d.bin")
        _ = try? fixture.download("absent/x")
        let etag = "0967ef424bce6791893e9a57bb952f80fd536e93"
        let (root, commit) = ("datasets--ann--candles", receipt.commit)
        let files = fixture.folder.entries("cache").filter { !$0.hasSuffix("/") }
        let expected = [
            ".locks", ".locks/\(root)", ".locks/\(root)/\(etag).lock", ".locks/\(root)/\(large.etag).lock", "CACHEDIR.TAG", root,
            "\(root)/.no_exist", "\(root)/.no_exist/\(commit)", "\(root)/.no_exist/\(commit)/absent", "\(root)/.no_exist/\(commit)/absent/x",
            "\(root)/blobs", "\(root)/blobs/\(etag)", "\(root)/blobs/\(large.etag)", "\(root)/refs", "\(root)/refs/main", "\(root)/snapshots",
            "\(root)/snapshots/\(commit)", "\(root)/snapshots/\(commit)/a", "\(root)/snapshots/\(commit)/a/b",
            "\(root)/snapshots/\(commit)/a/b/c.txt", "\(root)/snapshots/\(commit)/d.bin",
        ]
        #expect(files == expected.sorted())
        #expect(large.etag.digits.count == 64)
        #expect(try fixture.folder.read("cache/\(root)/refs/main") == Array(commit.utf8))
        let links = try ["a/b/c.txt", "d.bin"].map {
            try FileManager.default.destinationOfSymbolicLink(atPath: "\(fixture.folder.path)/cache/\(root)/snapshots/\(commit)/\($0)")
        }
        #expect(links == ["../../../../blobs/\(etag)", "../../blobs/\(large.etag)"])
    }

    @Test(arguments: HubUnderTest.all)
    func `a new commit shares unchanged contents and keeps the old snapshot`(kind: HubUnderTest) throws {
        let fixture = try HubFixture(kind)
        let first = try fixture.commit(["same": [0, 1], "new": [0, 2]])
        _ = try fixture.download("same")
        let old = try fixture.download("new")
        let second = try fixture.commit(["new": [0, 3, 4]])
        let same = try fixture.download("same")
        let new = try fixture.download("new")
        #expect(same.wasCached && same.commit == second.commit)
        #expect(!new.wasCached && new.size == 3)
        #expect(old.size == 2 && FileManager.default.contents(atPath: old.location) == Data([0, 2]))
        #expect(try fixture.download("new", revision: Revision(first.commit)).location == old.location)
    }

    @Test(arguments: HubUnderTest.all)
    func `a missing file is reported with the nearest names and nothing is written for it`(kind: HubUnderTest) throws {
        let fixture = try HubFixture(kind)
        try fixture.commit(["v2/BTC/15m/sequences.npy": [0], "v2/BTC/15m/scaler.pkl": [0]])
        #expect(try hubError { _ = try fixture.download("v2/BTC/15m/sequence.npy") }.suggestions == ["v2/BTC/15m/sequences.npy"])
        #expect(try hubError { _ = try fixture.download("scaler.pkl") }.suggestions == ["v2/BTC/15m/scaler.pkl"])
        let folder = try hubError { _ = try fixture.download("v2/BTC") }
        #expect(folder.code == .entryNotFound && folder.description.contains("folder of 2 files"))
        #expect(!fixture.folder.entries("cache").contains { $0.contains("blobs/") })
    }

    @Test(arguments: HubUnderTest.all)
    func `offline the cache answers for what it has`(kind: HubUnderTest) throws {
        let fixture = try HubFixture(kind)
        let receipt = try fixture.commit(["a": [0, 1], "b": [0, 2]])
        let online = try fixture.download("a")
        func offline(_ path: String, _ revision: Revision) throws -> CachedFile {
            try fixture.cache.download(path, from: fixture.repository, revision: revision, hub: fixture.hub, isOffline: true)
        }
        #expect(try offline("a", .main).location == online.location)
        #expect(try offline("a", Revision(receipt.commit)).location == online.location)
        let error = try hubError { _ = try offline("b", .main) }
        #expect(error.code == .offline && error.description.contains("HF_HUB_OFFLINE"))
    }

    @Test(arguments: HubUnderTest.all)
    func `an interrupted download shows nothing and the next one continues it`(kind: HubUnderTest) throws {
        let fixture = try HubFixture(kind)
        let bytes = randomBytes(8 << 20)
        try fixture.commit(["big": bytes])
        var furthest = 0
        for _ in 0..<3 {
            var completed = 0
            let transfer = Transfer(progress: { completed = $0.completed }, shouldStop: { completed > furthest })
            let error = try hubError { _ = try fixture.cache.download("big", from: fixture.repository, hub: fixture.hub, transfer: transfer) }
            #expect(error.code == .cancelled)
            #expect(fixture.cache.cachedFile("big", in: fixture.repository) == nil)
            #expect(fixture.folder.leftovers.count == 1)
            #expect(completed > furthest, "what the last attempt brought is not fetched again")
            furthest = completed
        }
        var first: Int?
        let transfer = Transfer(progress: { first = first ?? $0.completed })
        let file = try fixture.cache.download("big", from: fixture.repository, hub: fixture.hub, transfer: transfer)
        #expect(first == furthest)
        #expect(FileManager.default.contents(atPath: file.location) == Data(bytes))
        #expect(fixture.folder.leftovers.isEmpty)
    }

    @Test(arguments: HubUnderTest.all)
    func `a damaged cache entry is found and fetched again`(kind: HubUnderTest) throws {
        let fixture = try HubFixture(kind)
        let bytes = randomBytes(10_000)
        try fixture.commit(["x": bytes])
        let file = try fixture.download("x")
        let blob = "cache/datasets--ann--candles/blobs/\(file.etag)"

        _ = try fixture.folder.write(bytes.dropLast(), to: blob)
        #expect(try !fixture.download("x").wasCached)
        #expect(try fixture.folder.read(blob) == bytes)

        var flipped = bytes
        flipped[5000] ^= 1
        _ = try fixture.folder.write(flipped, to: blob)
        let error = try hubError { try fixture.cache.verify(file) }
        #expect(error.code == .checksumMismatch && error.message.contains(file.etag.digits))
        let again = try fixture.cache.download("x", from: fixture.repository, hub: fixture.hub, verification: .full)
        #expect(!again.wasCached)
        #expect(try fixture.folder.read(blob) == bytes)
        #expect(try fixture.cache.download("x", from: fixture.repository, hub: fixture.hub, verification: .full).wasCached)
    }

    @Test(arguments: HubUnderTest.all)
    func `many threads fetch one file once`(kind: HubUnderTest) async throws {
        let fixture = try HubFixture(kind)
        try fixture.commit(["x": randomBytes(2 << 20)])
        let (cache, repository, hub) = (fixture.cache, fixture.repository, fixture.hub)
        let fetched = try await withThrowingTaskGroup(of: Bool.self) { group in
            for _ in 0..<8 { group.addTask { try !cache.download("x", from: repository, hub: hub).wasCached } }
            return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(fetched == 1)
        #expect(fixture.folder.leftovers.isEmpty)
    }
}
