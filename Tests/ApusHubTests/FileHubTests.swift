import ApusHub
import ApusJSON
import Foundation
import TestSupport
import Testing

@Suite struct FileHubTests {
    private let folder: TemporaryFolder
    private let repository: RepositoryID

    init() throws {
        folder = try TemporaryFolder()
        repository = try RepositoryID(.dataset, "ann/candles")
    }

    private func hub(_ token: String? = nil, name: String = "hub", time: Int = 1_700_000_000) throws -> FileHub {
        FileHub(folder: "\(folder.path)/\(name)", token: try token.map { try HubToken($0) }, clock: { time })
    }

    @Test func `commit ids are git's own`() throws {
        // The same three files, author and dates committed by git 2.39 on top of the same empty commit: see Tests/References/git_commit_id.sh.
        let hub = try hub()
        try hub.createRepository(repository)
        #expect(try hub.repositoryInfo(repository).sha == "7fc4c62464eb45c15dfb40b1c9b374591b03b9f4")
        let receipt = try hub.commit(
            CommitRequest(
                [
                    .add(path: "README.md", .bytes(Array("# Candles\n".utf8))), .add(path: "v2/a.json", .bytes(Array("{}\n".utf8))),
                    .add(path: "v2.txt", .bytes(Array("sorted before the folder\n".utf8))),
                ], summary: "Add files", message: "With a body."), to: repository)
        #expect(receipt.commit == "a71d918ba6459728929bc4600193f1af52ea4cdd")
    }

    @Test func `the same history has the same ids in another folder and other ids at another time`() throws {
        func history(_ name: String, time: Int) throws -> String {
            let hub = try hub(name: name, time: time)
            try hub.createRepository(repository)
            return try hub.commit(CommitRequest([.add(path: "x", .bytes([0, 1, 2]))], summary: "x"), to: repository).commit
        }
        let first = try history("one", time: 1)
        #expect(try history("two", time: 1) == first)
        #expect(try history("three", time: 2) != first)
    }

    @Test func `a folder is published as a repository`() throws {
        _ = try folder.write([0, 1], to: "source/v2_model/BTC/15m/X.npy")
        _ = try folder.write([2], to: "source/README.md")
        _ = try folder.write([3], to: "source/.git/config")
        let hub = try hub()
        let receipt = try hub.publish(folder: folder.path + "/source", as: repository, summary: "Publish")
        #expect(receipt.files.map(\.path) == ["README.md", "v2_model/BTC/15m/X.npy"])
        #expect(try !hub.publish(folder: folder.path + "/source", as: repository, summary: "Again").isNew)
        #expect(try hub.repositories(.dataset) == [repository])
        try FileManager.default.createSymbolicLink(atPath: folder.path + "/source/link", withDestinationPath: "/etc/passwd")
        #expect(try hubError { try hub.publish(folder: folder.path + "/source", as: repository, summary: "x") }.code == .invalidPath)
        #expect(try hubError { try hub.publish(folder: folder.path + "/none", as: repository, summary: "x") }.code == .entryNotFound)
    }

    @Test func `contents are kept once and by checksum`() throws {
        let hub = try hub()
        try hub.createRepository(repository)
        let same = CommitRequest.Content.bytes(Array("same".utf8))
        _ = try hub.commit(CommitRequest([.add(path: "a", same), .add(path: "b", same)], summary: "x"), to: repository)
        let blobs = folder.entries("hub/datasets/ann/candles/blobs").filter { $0.contains("/") }
        // `printf same | sha256sum`
        #expect(blobs == ["09/0967115f2813a3541eaef77de9d9d5773f1c0c04314b0bbfe4ff3b3b1c55b5d5"])
    }

    @Test func `with users.json a token has a name, a role and only its own repositories`() throws {
        _ = try folder.write(Self.users.utf8, to: "hub/users.json")
        #expect(try hub().whoami(token: nil).isAnonymous)
        let ann = try hub().whoami(token: HubToken("hf_ann"))
        #expect(ann == HubUser(name: "ann", fullName: "Ann", organisations: ["lab"], role: .write, tokenName: "laptop", isAnonymous: false))
        let unknown = try hubError { _ = try hub().whoami(token: HubToken("hf_secretmarker")) }
        #expect(unknown.code == .unauthorised && !unknown.description.contains("secretmarker"))

        try hub("hf_ann").createRepository(repository, isPrivate: true, existOK: false)
        try hub("hf_ann").createRepository(RepositoryID(.model, "lab/m"))
        #expect(try hub("hf_ann").repositoryInfo(repository).isPrivate)
        for token in [nil, "hf_bob"] {
            #expect(try hubError { try hub(token).createRepository(RepositoryID(.model, "ann/x")) }.code == .unauthorised)
            let hidden = try hubError { _ = try hub(token).repositoryInfo(repository) }
            #expect(hidden.code == .repositoryNotFound && hidden.suggestions.isEmpty)
        }
        #expect(try hub("hf_bob").repositoryInfo(RepositoryID(.model, "lab/m")).siblings.isEmpty)
    }

    private static let users = """
        {"users": [
          {"name": "ann", "fullname": "Ann", "orgs": ["lab"],
           "tokens": [{"name": "laptop", "role": "write", "sha256": "136218d5abac60a6463f1e70cf777fa0c76f4c6e3fdd6442c5039a96743c72b0"}]},
          {"name": "bob", "tokens": [{"role": "read", "sha256": "458c91a0cbaaa16b8de16b2620d1856fb3c9f401602843c8e05355f3b80be766"}]}]}
        """

    @Test func `damaged storage is named and never believed`() throws {
        let hub = try hub()
        try hub.createRepository(repository)
        let receipt = try hub.commit(CommitRequest([.add(path: "x", .bytes([0, 1]))], summary: "x"), to: repository)
        let commit = "hub/datasets/ann/candles/commits/\(receipt.commit).json"
        let original = String(decoding: try folder.read(commit), as: UTF8.self)
        for (old, new) in [
            ("\"x\"", "\"../x\""), ("\"size\": 2", "\"size\": -2"), ("\"size\": 2", "\"size\": 3"),
            ("\"format_version\": 1", "\"format_version\": 9"), ("{", ""),
        ] {
            _ = try folder.write(original.replacing(old, with: new, maxReplacements: 1).utf8, to: commit)
            let error = try hubError { _ = try hub.listFiles(repository) }
            #expect(error.code == .damaged || error.code == .invalidPath, "\(old) → \(new)")
        }
        _ = try folder.write(original.utf8, to: commit)
        _ = try folder.write("nonsense".utf8, to: "hub/datasets/ann/candles/refs/heads/main")
        #expect(try hubError { _ = try hub.listFiles(repository) }.code == .damaged)
    }

    @Test func `a plain folder, a missing hub and a namespace clash are explained`() throws {
        #expect(try hubError { _ = try hub().repositoryInfo(repository) }.description.contains("does not exist"))
        _ = try folder.write([1], to: "hub/datasets/ann/candles/X.npy")
        #expect(try hubError { _ = try hub().repositoryInfo(repository) }.description.contains("plain folder"))
        try hub().createRepository(RepositoryID(.model, "gpt2"))
        #expect(try hubError { try hub().createRepository(RepositoryID(.model, "gpt2/refs")) }.code == .alreadyExists)
        try hub().createRepository(RepositoryID(.model, "ann/m"))
        #expect(try hubError { try hub().createRepository(RepositoryID(.model, "ann")) }.code == .alreadyExists)
    }
}
