import ApusHub
import Foundation
import TestSupport
import Testing

/// A hub that answers what it is told to, true or not.
private struct LyingHub: Hub {
    var resolved: ResolvedFile?
    /// Another file that it answers for.
    var other: ResolvedFile?
    var content: [UInt8] = []
    var error = HubError(.offline, "the network is down")

    var endpoint: HubEndpoint { .huggingFace }
    var usesNetwork: Bool { true }
    func whoami(token: HubToken?, shouldStop: () -> Bool) throws(HubError) -> HubUser { throw error }
    func repositoryInfo(_: RepositoryID, revision: Revision, shouldStop: () -> Bool) throws(HubError) -> RepositoryInfo { throw error }
    func createRepository(_: RepositoryID, isPrivate: Bool, existOK: Bool, shouldStop: () -> Bool) throws(HubError) -> String { throw error }
    func listFiles(_: RepositoryID, revision: Revision, prefix: String, shouldStop: () -> Bool) throws(HubError) -> [HubFile] { throw error }
    func references(of: RepositoryID) throws(HubError) -> [Reference] { throw error }
    func createReference(_: Reference.Kind, _: String, in: RepositoryID, at: Revision) throws(HubError) { throw error }
    func commit(_: CommitRequest, to: RepositoryID, transfer: Transfer) throws(HubError) -> CommitReceipt { throw error }

    func resolve(
        _ path: String, in repository: RepositoryID, revision: Revision, isPatient: Bool, shouldStop: () -> Bool
    ) throws(HubError) -> ResolvedFile {
        if let other, other.path == path { return other }
        guard let resolved else { throw error }
        return resolved
    }

    func read(
        _ file: ResolvedFile, from offset: Int, shouldStop: () -> Bool, consume: (UnsafeRawBufferPointer) throws(HubError) -> Void
    ) throws(HubError) {
        for byte in content[offset...] {
            try withUnsafeBytes(of: byte) { (bytes) throws(HubError) in try consume(bytes) }
        }
    }
}

@Suite struct HostileHubTests {
    private let folder: TemporaryFolder
    private let repository: RepositoryID
    private let content = Array("{}\n".utf8)
    private let etag = "0967ef424bce6791893e9a57bb952f80fd536e93"
    private let commit = String(repeating: "c", count: 40)

    init() throws {
        folder = try TemporaryFolder()
        repository = try RepositoryID(.dataset, "ann/candles")
    }

    private func file(path: String = "a/b.json", commit: String? = nil, size: Int = 3, etag: String? = nil) -> ResolvedFile {
        ResolvedFile(
            repository: repository, path: path, commit: commit ?? self.commit, size: size, etag: .gitSHA1(etag ?? self.etag), location: "")
    }

    private func download(_ hub: LyingHub, _ path: String = "a/b.json", space: Int? = nil) throws -> CachedFile {
        try HubCache(folder: folder.path + "/cache", availableSpace: { _ in space }).download(path, from: repository, hub: hub)
    }

    @Test func `an honest answer, one byte at a time, is accepted`() throws {
        #expect(try download(LyingHub(resolved: file(), content: content)).size == 3)
    }

    @Test(arguments: [["{}\n", "{}\n\n"], ["{}\n", "{}"], ["{}\n", "[]\n"], ["{}\n", ""]])
    func `a content that is not the promised one never becomes visible`(contents: [String]) throws {
        let error = try hubError { _ = try download(LyingHub(resolved: file(), content: Array(contents[1].utf8))) }
        #expect(error.code == .checksumMismatch)
        #expect(folder.leftovers.isEmpty)
        #expect(!folder.entries("cache").contains { $0.contains("blobs/") || $0.contains("refs/") })
        #expect(try download(LyingHub(resolved: file(), content: content)).size == 3)
    }

    @Test func `a checksum mismatch names both values`() throws {
        let error = try hubError { _ = try download(LyingHub(resolved: file(), content: Array("[]\n".utf8))) }
        // `printf '[]\n' | git hash-object --stdin`
        #expect(error.message.contains(etag) && error.message.contains("fe51488c7066f6687ef680d6bfaa4f7768ef205c"))
    }

    @Test(arguments: [
        ("../../escape", "e"), ("a/b.json", "../../../escape"), ("a/b.json", "/etc/passwd"), ("a/b.json", ""),
        ("a/b.json", "0967EF424BCE6791893E9A57BB952F80FD536E93"),
    ])
    func `an answer with a path or etag that could leave the cache is refused`(path: String, etag: String) throws {
        let error = try hubError { _ = try download(LyingHub(resolved: file(path: path, etag: etag), content: content)) }
        #expect(error.code == .invalidPath || error.code == .damaged)
        #expect(folder.entries().isEmpty)
    }

    @Test func `a commit that could leave the cache, a negative size and another path are refused`() throws {
        for lie in [file(commit: "../../x"), file(commit: ""), file(size: -1), file(path: "a/other.json")] {
            #expect(try hubError { _ = try download(LyingHub(resolved: lie, content: content)) }.code == .damaged)
        }
        #expect(folder.entries().isEmpty)
    }

    @Test(arguments: ["../x", "/x", "", "a/./b", "a\u{0}b", "a\nb", ".git/hooks/x", String(repeating: "x", count: 300)])
    func `a path asked for must stay inside too`(path: String) throws {
        #expect(try hubError { _ = try download(LyingHub(), path) }.code == .invalidPath)
    }

    @Test func `a link planted in a snapshot is not followed`() throws {
        let outside = folder.path + "/outside"
        try FileManager.default.createDirectory(atPath: outside, withIntermediateDirectories: true)
        let snapshot = "\(folder.path)/cache/datasets--ann--candles/snapshots/\(commit)"
        try FileManager.default.createDirectory(atPath: snapshot, withIntermediateDirectories: true)
        try FileManager.default.createSymbolicLink(atPath: snapshot + "/a", withDestinationPath: outside)
        #expect(try hubError { _ = try download(LyingHub(resolved: file(), content: content)) }.code == .damaged)
        #expect(folder.entries("outside").isEmpty)
    }

    @Test func `a file that cannot fit is refused before it is fetched`() throws {
        let error = try hubError { _ = try download(LyingHub(resolved: file(), content: content), space: 2) }
        #expect(error.code == .noSpace)
        #expect(error.message.contains("3 bytes") && error.message.contains("2 are free"))
        let several = HubCache(folder: folder.path + "/cache", availableSpace: { _ in 5 })
        let together = try hubError {
            _ = try several.download(
                ["a/b.json", "c"], from: repository, hub: LyingHub(resolved: file(), other: file(path: "c", etag: String(repeating: "a", count: 40))))
        }
        #expect(together.code == .noSpace && together.message.contains("2 files") && together.message.contains("6 bytes"))
        #expect(folder.leftovers.isEmpty)
    }

    @Test func `when the hub cannot be reached the cache answers if it can`() throws {
        #expect(try hubError { _ = try download(LyingHub()) }.code == .offline)
        let file = try download(LyingHub(resolved: file(), content: content))
        #expect(try download(LyingHub()).location == file.location)
        #expect(try hubError { _ = try download(LyingHub(error: HubError(.unauthorised, "no"))) }.code == .unauthorised)
    }

    @Test func `a cache that cannot be made is one clear error`() throws {
        _ = try folder.write([1], to: "cache")
        let error = try hubError { _ = try download(LyingHub(resolved: file(), content: content)) }
        #expect(error.message.contains(folder.path + "/cache"))
        let unwritable = HubCache(folder: "/proc/apus/cache")
        #expect(throws: HubError.self) { try unwritable.download("a/b.json", from: repository, hub: LyingHub(resolved: file(), content: content)) }
    }

    @Test func `what a killed process left is removed, what another one writes is kept`() throws {
        let blobs = "cache/datasets--ann--candles/blobs"
        _ = try folder.write([1, 2], to: "\(blobs)/\(etag).0123abcd.incomplete")
        let used = try folder.write([1], to: "\(blobs)/\(etag).ffffffff.incomplete")
        let other = try #require(FileHandle(forUpdatingAtPath: used))
        #expect(flock(other.fileDescriptor, LOCK_EX) == 0)
        _ = try download(LyingHub(resolved: file(), content: content))
        #expect(folder.entries(blobs) == [etag, "\(etag).ffffffff.incomplete"])
    }
}
