import ApusHub
import ApusJSON
import Foundation
import HubTestServer
import TestSupport
import Testing

/// Commits to a server: what is sent, how often, and what happens when somebody else is there too.
@Suite struct HubUploadTests {
    private let world: HubTestWorld
    private let hub: HTTPHub
    private let repository: RepositoryID

    init() throws {
        world = try HubTestServer.shared.get().world()
        hub = try world.hub()
        repository = try RepositoryID(.model, "ann/m")
        try hub.createRepository(repository)
    }

    private func request(_ files: [String: [UInt8]], parentCommit: String? = nil, isPullRequest: Bool = false) -> CommitRequest {
        CommitRequest(
            files.sorted { $0.key < $1.key }.map { .add(path: $0.key, .bytes($0.value)) }, summary: "Add files", parentCommit: parentCommit,
            isPullRequest: isPullRequest)
    }

    private func titles() throws -> JSON { try world.admin("commits", ["kind": "model", "name": "ann/m"]) }

    @Test func `small files go within the commit, large ones to the store in one or many parts, which never sees the token`() throws {
        try world.admin("settings", ["multipart_from": 500_000, "part_size": 200_000])
        _ = try world.log()
        let receipt = try hub.commit(
            request(["a.json": Array("{}".utf8), "b.bin": randomBytes(1000), "c.bin": randomBytes(900_001), "empty": []]), to: repository)
        #expect(receipt.files.map(\.wasUploaded) == [true, true, true, true])
        let log = try world.log()
        let store = log.filter { $0.server == "CDN" }
        #expect(store.count { $0.method == "PUT" } == 1 + 5)
        #expect(store.count { $0.path.hasPrefix("/complete/") } == 1)
        #expect(store.allSatisfy { !$0.isAuthorized })
        #expect(log.count { $0.path.contains("/commit/") } == 1)
        #expect(log.count { $0.path.hasPrefix("/verify/") } == 2)
    }

    @Test func `large files are sent at the same time`() throws {
        // Each waits until the others are there; 500 else, and there is nothing to wait for then.
        try world.faults(["kind": "together", "count": 3, "times": 3, "seconds": 20, "method": "PUT", "path": "^/upload/"])
        let files = Dictionary(uniqueKeysWithValues: (1...3).map { ("\($0).bin", randomBytes(5000, seed: UInt64($0))) })
        #expect(try hub.commit(request(files), to: repository).files.allSatisfy(\.wasUploaded))
        #expect(try world.log().count { $0.method == "PUT" } == 3)
    }

    @Test func `the parts of a large file are sent at the same time, and progress only grows`() throws {
        try world.admin("settings", ["multipart_from": 2000, "part_size": 1000])
        try world.faults(["kind": "together", "count": 4, "times": 4, "seconds": 20, "method": "PUT", "path": "^/upload/"])
        var progress: [Int] = []
        let transfer = Transfer(progress: { if $0.phase == .uploading { progress.append($0.completed) } })
        let content = randomBytes(6500)
        let receipt = try hub.commit(request(["x.bin": content]), to: repository, transfer: transfer)
        #expect(try world.log().count { $0.method == "PUT" } == 7)
        #expect(progress.last == 6500 && progress == progress.sorted())
        let cache = try TemporaryFolder()
        let file = try HubCache(folder: cache.path).download("x.bin", from: repository, revision: Revision(receipt.commit), hub: hub)
        #expect(try cache.read(String(file.location.dropFirst(cache.path.count + 1))) == content)
    }

    @Test func `a URL of a part that expired is asked for again, and what broke once is repeated`() throws {
        try world.admin("settings", ["multipart_from": 2000, "part_size": 1000])
        try world.faults(
            ["kind": "status", "status": 403, "method": "PUT", "path": "^/upload/", "times": 1],
            ["kind": "drop", "method": "PUT", "path": "^/upload/", "times": 2])
        #expect(try hub.commit(request(["x.bin": randomBytes(6500)]), to: repository).isNew)
        #expect(try world.log().count { $0.path.hasSuffix("/objects/batch") } == 2)
    }

    @Test func `a repetition sends nothing`() throws {
        let files = ["a.json": Array("{}".utf8), "b.bin": randomBytes(1000)]
        let first = try hub.commit(request(files), to: repository)
        _ = try world.log()
        let second = try hub.commit(request(files), to: repository)
        #expect(!second.isNew && second.commit == first.commit)
        #expect(second.files == first.files.map { CommitReceipt.File(path: $0.path, size: $0.size, etag: $0.etag, wasUploaded: false) })
        #expect(try world.log().map(\.path) == ["/api/models/ann/m/revision/main", "/api/models/ann/m/preupload/main"])
    }

    @Test func `a lost answer makes no second commit`() throws {
        try world.faults(["kind": "lose_reply", "path": "/commit/"])
        let receipt = try hub.commit(request(["a.json": [0x31]]), to: repository)
        #expect(receipt.isNew)
        #expect(try hub.repositoryInfo(repository).sha == receipt.commit)
        #expect(try titles() == ["Add files", "initial commit"])
        #expect(try world.log().count { $0.path.contains("/commit/main") } == 1)
    }

    @Test func `a lost answer makes no second pull request`() throws {
        let bob = try world.hub(token: HubTestWorld.bob)
        _ = try bob.commit(request(["other.json": [0x30]], isPullRequest: true), to: repository)
        try world.faults(["kind": "lose_reply", "path": "/commit/"])
        let receipt = try bob.commit(request(["a.json": [0x31]], isPullRequest: true), to: repository)
        #expect(receipt.pullRequest == "\(world.endpoint)/ann/m/discussions/2")
        #expect(try titles() == ["initial commit"])
        #expect(try hubError { _ = try bob.commit(request(["a.json": [0x31]]), to: repository) }.code == .unauthorised)
    }

    @Test func `a commit of somebody else is no failure, and a conflict only for who asked`() throws {
        let base = try hub.repositoryInfo(repository).sha
        // The hub says that the branch moved, and it did.
        var isFirst = true
        let transfer = Transfer(progress: { progress in
            guard progress.phase == .hashing, isFirst else { return }
            isFirst = false
            _ = try? hub.commit(request(["theirs": [0x30]]), to: repository)
        })
        let receipt = try hub.commit(request(["ours": [0x31]]), to: repository, transfer: transfer)
        #expect(try hub.listFiles(repository).map(\.path) == ["ours", "theirs"])
        #expect(try hub.repositoryInfo(repository).sha == receipt.commit)
        isFirst = true
        let error = try hubError {
            _ = try hub.commit(
                request(["more": [0x32]], parentCommit: receipt.commit), to: repository,
                transfer: Transfer(progress: { _ in
                    guard isFirst else { return }
                    isFirst = false
                    _ = try? hub.commit(request(["theirs": [0x33]]), to: repository)
                }))
        }
        #expect(error.code == .conflict && error.message.contains(receipt.commit))
        #expect(try hubError { _ = try hub.commit(request(["x": [1]], parentCommit: base), to: repository) }.code == .conflict)
    }

    @Test func `an upload that failed for good leaves the branch as it was`() throws {
        let before = try hub.repositoryInfo(repository).sha
        var contents: UInt64 = 10
        for (rule, code) in [
            (["kind": "status", "status": 500, "path": "/commit/", "times": 99], .serverFailure),
            (["kind": "drop", "path": "/upload/", "times": 99], .offline),
            (["kind": "status", "status": 422, "path": "/commit/", "body": "{\"error\": \"no hf_ann_write space\\nleft\"}"], .rejected),
            (["kind": "status", "status": 403, "path": "preupload"], .unauthorised),
            (["kind": "header", "path": "/upload/", "headers": ["ETag": nil], "times": 99], .damaged),
        ] as [(JSON, HubError.Code)] {
            try world.admin("settings", ["multipart_from": 2000, "part_size": 1000])
            try world.faults(rule)
            // Another content each time: what an earlier upload brought is not sent again.
            contents += 1
            let files = ["a.json": [0x31], "b.bin": randomBytes(5000, seed: contents)]
            let error = try hubError { _ = try hub.commit(request(files), to: repository) }
            #expect(error.code == code, "\(rule): \(error)")
            #expect(!error.description.contains(HubTestWorld.ann) && !error.description.contains("\n"))
            #expect(try hub.repositoryInfo(repository).sha == before)
        }
        try world.faults()
        #expect(try hub.commit(request(["a.json": [0x31], "b.bin": randomBytes(5000)]), to: repository).isNew)
    }

    @Test func `a file that changes while it is uploaded is not committed`() throws {
        let folder = try TemporaryFolder()
        let source = try folder.write(randomBytes(100_000), to: "model.bin")
        let before = try hub.repositoryInfo(repository).sha
        let transfer = Transfer(progress: { if $0.phase == .uploading { _ = try? folder.write(randomBytes(100_000, seed: 7), to: "model.bin") } })
        let request = CommitRequest([.add(path: "model.bin", .file(source))], summary: "x")
        #expect(try hubError { _ = try hub.commit(request, to: repository, transfer: transfer) }.code == .checksumMismatch)
        #expect(try hub.repositoryInfo(repository).sha == before)
    }

    @Test func `repositories are made private, with what a space needs, and only where one may`() throws {
        let secret = try RepositoryID(.dataset, "ann/secret")
        let url = try hub.createRepository(secret, isPrivate: true)
        #expect(url == "\(world.endpoint)/datasets/ann/secret")
        #expect(try hub.repositoryInfo(secret).isPrivate)
        #expect(try hub.createRepository(RepositoryID(.space, "ann/demo")) == "\(world.endpoint)/spaces/ann/demo")
        try world.faults(["kind": "lose_reply", "path": "/repos/create"])
        #expect(try hub.createRepository(RepositoryID(.model, "ann/lost"), existOK: true) == "\(world.endpoint)/ann/lost")
        let error = try hubError { _ = try hub.createRepository(RepositoryID(.model, "bob/m")) }
        #expect(error.code == .unauthorised && error.description.contains("namespace"))
        #expect(try hubError { _ = try world.hub(token: nil).createRepository(RepositoryID(.model, "ann/n")) }.code == .unauthorised)
    }
}
