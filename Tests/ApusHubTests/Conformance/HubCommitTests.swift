import ApusHub
import TestSupport
import Testing

@Suite struct HubCommitTests {
    @Test(arguments: HubUnderTest.all)
    func `several files are one commit`(kind: HubUnderTest) throws {
        let fixture = try HubFixture(kind)
        let before = try fixture.hub.repositoryInfo(fixture.repository).sha
        let source = try fixture.folder.write(randomBytes(2_500_000), to: "model.h5")
        let request = CommitRequest(
            [.add(path: "m/model.h5", .file(source)), .add(path: "m/config.json", .bytes(Array("{}".utf8)))], summary: "Upload a model",
            message: "Trained for 5 epochs.", parentCommit: before)
        var phases: Set<TransferProgress.Phase> = []
        var last: TransferProgress?
        let receipt = try fixture.hub.commit(
            request, to: fixture.repository,
            transfer: Transfer(progress: {
                phases.insert($0.phase)
                if $0.path == "m/model.h5" { last = $0 }
            }))
        #expect(receipt.isNew)
        #expect(receipt.commit.count == 40 && receipt.commit != before)
        #expect(receipt.url.contains(receipt.commit))
        #expect(receipt.files.map(\.path) == ["m/model.h5", "m/config.json"])
        #expect(receipt.files.map(\.size) == [2_500_000, 2])
        #expect(receipt.files.map(\.wasUploaded) == [true, true])
        #expect(phases == [.hashing, .uploading])
        #expect(last?.completed == 2_500_000)
        #expect(try fixture.hub.repositoryInfo(fixture.repository).sha == receipt.commit)
        #expect(fixture.folder.leftovers.isEmpty)
    }

    @Test(arguments: HubUnderTest.all)
    func `nothing is uploaded twice and an unchanged commit is not made`(kind: HubUnderTest) throws {
        let fixture = try HubFixture(kind)
        let bytes = randomBytes(5000)
        let first = try fixture.commit(["a.bin": bytes])
        let again = try fixture.commit(["a.bin": bytes])
        #expect(!again.isNew && again.commit == first.commit)
        #expect(again.files.map(\.wasUploaded) == [false])
        let copy = try fixture.commit(["b.bin": bytes])
        #expect(copy.isNew && copy.commit != first.commit)
        #expect(copy.files.map(\.wasUploaded) == [false])
    }

    @Test(arguments: HubUnderTest.all)
    func `files and folders are deleted in the same commit`(kind: HubUnderTest) throws {
        let fixture = try HubFixture(kind)
        try fixture.commit(["a": [1], "old/x": [2], "old/deep/y": [3], "older": [4]])
        let request = CommitRequest([.delete(path: "a"), .deleteFolder(path: "old"), .add(path: "b", .bytes([5]))], summary: "Tidy")
        _ = try fixture.hub.commit(request, to: fixture.repository)
        #expect(try fixture.hub.listFiles(fixture.repository).map(\.path) == ["b", "older"])
        #expect(
            try hubError { _ = try fixture.hub.commit(CommitRequest([.delete(path: "oldr")], summary: "x"), to: fixture.repository) }.suggestions == [
                "older"
            ])
    }

    @Test(arguments: HubUnderTest.all)
    func `a moved branch is a conflict and not a failure`(kind: HubUnderTest) throws {
        let fixture = try HubFixture(kind)
        let base = try fixture.hub.repositoryInfo(fixture.repository).sha
        let other = try fixture.commit(["a": [1]])
        let error = try hubError { try fixture.commit(["a": [2]], parentCommit: base) }
        #expect(error.code == .conflict)
        #expect(error.message.contains(base) && error.message.contains(other.commit))
        #expect(try fixture.hub.repositoryInfo(fixture.repository).sha == other.commit)
    }

    @Test(
        arguments: HubUnderTest.all,
        [
            ["/etc/passwd"], ["../up"], ["a/../b"], ["a//b"], ["."], [""], ["a\0b"], [".git/config"], ["a/"], ["file", "file/inside"],
            ["twice", "twice"],
        ])
    func `a hostile or contradictory commit changes nothing`(kind: HubUnderTest, paths: [String]) throws {
        let fixture = try HubFixture(kind)
        let before = try fixture.hub.repositoryInfo(fixture.repository).sha
        let request = CommitRequest(paths.map { .add(path: $0, .bytes([1])) }, summary: "x")
        let error = try hubError { _ = try fixture.hub.commit(request, to: fixture.repository) }
        #expect(error.code == .invalidPath || error.code == .invalidCommit)
        #expect(try fixture.hub.repositoryInfo(fixture.repository).sha == before)
    }

    @Test(arguments: HubUnderTest.all)
    func `a commit needs changes, a summary, a branch and files that exist`(kind: HubUnderTest) throws {
        let fixture = try HubFixture(kind)
        func code(_ request: CommitRequest) throws -> HubError.Code {
            try hubError { _ = try fixture.hub.commit(request, to: fixture.repository) }.code
        }
        #expect(try code(CommitRequest([], summary: "x")) == .invalidCommit)
        #expect(try code(CommitRequest([.add(path: "a", .bytes([]))], summary: " ")) == .invalidCommit)
        #expect(try code(CommitRequest([.add(path: "a", .bytes([]))], summary: "x", branch: Revision("nope"))) == .revisionNotFound)
        #expect(try code(CommitRequest([.add(path: "a", .file(fixture.folder.path + "/absent"))], summary: "x")) == .entryNotFound)
        #expect(try code(CommitRequest([.add(path: "a", .file(fixture.folder.path))], summary: "x")) == .invalidPath)
    }

    @Test(arguments: HubUnderTest.all)
    func `an interrupted upload leaves the old state`(kind: HubUnderTest) throws {
        let fixture = try HubFixture(kind)
        let before = try fixture.hub.repositoryInfo(fixture.repository).sha
        let source = try fixture.folder.write(randomBytes(4 << 20), to: "big")
        for stopAfter in 0..<10 {
            var questions = 0
            let transfer = Transfer(shouldStop: {
                questions += 1
                return questions > stopAfter
            })
            let request = CommitRequest([.add(path: "big", .file(source))], summary: "x")
            #expect(try hubError { _ = try fixture.hub.commit(request, to: fixture.repository, transfer: transfer) }.code == .cancelled)
            #expect(fixture.folder.leftovers.isEmpty)
        }
        #expect(try fixture.hub.repositoryInfo(fixture.repository).sha == before)
    }

    @Test(arguments: HubUnderTest.all)
    func `commits made at once by many threads are all kept`(kind: HubUnderTest) async throws {
        let fixture = try HubFixture(kind)
        let (hub, repository) = (fixture.hub, fixture.repository)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for index in 0..<12 {
                group.addTask {
                    let content = CommitRequest.Content.bytes(Array("file \(index % 3)".utf8))
                    _ = try hub.commit(CommitRequest([.add(path: "f\(index)", content)], summary: "Add \(index)"), to: repository)
                }
            }
            try await group.waitForAll()
        }
        #expect(try hub.listFiles(repository).count == 12)
    }
}
