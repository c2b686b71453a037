import ApusHub
import ApusSystem
import Foundation
import TestSupport
import Testing

@Suite struct SnapshotCopyTests {
    private let folder: TemporaryFolder
    private let hub: FileHub
    private let repository: RepositoryID
    private let contents = ["a.txt": Array("a".utf8), "deep/er/b.bin": randomBytes(300_000)]

    init() throws {
        folder = try TemporaryFolder()
        hub = FileHub(folder: folder.path + "/hub")
        repository = try RepositoryID(.dataset, "ann/candles")
        try hub.createRepository(repository)
        let operations = contents.map { CommitRequest.Operation.add(path: $0.key, .bytes($0.value)) }
        _ = try hub.commit(CommitRequest(operations, summary: "x"), to: repository)
    }

    private func snapshot() throws -> Snapshot { try HubCache(folder: folder.path + "/cache").snapshot(of: repository, hub: hub) }

    @Test func `copies are plain files with their paths, and are made once`() throws {
        #expect(try snapshot().copy(to: folder.file("out/here")) == 2)
        for (path, content) in contents {
            #expect(FileSystem.kind(of: folder.file("out/here/\(path)"), following: false) == .file(size: content.count))
            #expect(try folder.read("out/here/\(path)") == content)
        }
        #expect(try snapshot().copy(to: folder.file("out/here")) == 0)
        #expect(folder.leftovers.isEmpty)
    }

    @Test func `what was changed or is a link is replaced, and what a link leads to is not touched`() throws {
        try folder.write([1], to: "other")
        try FileSystem.makeFolder(folder.file("out"))
        try FileSystem.link(folder.file("out/a.txt"), to: folder.file("other"))
        try folder.write(randomBytes(300_000, seed: 9), to: "out/deep/er/b.bin")
        #expect(try snapshot().copy(to: folder.file("out")) == 2)
        #expect(try folder.read("out/a.txt") == contents["a.txt"] && folder.read("other") == [1])
        #expect(try folder.read("out/deep/er/b.bin") == contents["deep/er/b.bin"])
    }

    @Test func `a link in the place of a folder is not followed`() throws {
        try FileSystem.makeFolder(folder.file("elsewhere"))
        try FileSystem.makeFolder(folder.file("out"))
        try FileSystem.link(folder.file("out/deep"), to: folder.file("elsewhere"))
        #expect(try hubError { try snapshot().copy(to: folder.file("out")) }.code == .damaged)
        #expect(folder.entries("elsewhere").isEmpty)
    }

    @Test func `a damaged content of the cache is not copied`() throws {
        let snapshot = try snapshot()
        let file = try #require(snapshot.files.first { $0.path == "a.txt" })
        let blob = FilePath.folder(of: file.location) + "/" + (FileSystem.linkTarget(file.location) ?? "")
        try AtomicFile.replace(blob, with: Array("b".utf8))
        #expect(try hubError { try snapshot.copy(to: folder.file("out")) }.code == .checksumMismatch)
        #expect(FileSystem.kind(of: folder.file("out/a.txt")) == nil && folder.leftovers.isEmpty)
    }
}
