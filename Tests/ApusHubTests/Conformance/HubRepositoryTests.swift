import ApusHub
import Testing

@Suite struct HubRepositoryTests {
    @Test(arguments: HubUnderTest.all)
    func `whoami works without a token`(kind: HubUnderTest) throws {
        let fixture = try HubFixture(kind)
        let user = try fixture.hub.whoami(token: nil)
        #expect(user.isAnonymous)
        #expect(!user.name.isEmpty)
    }

    @Test(arguments: HubUnderTest.all)
    func `a repository is made once, and again only when that is fine`(kind: HubUnderTest) throws {
        let fixture = try HubFixture(kind)
        #expect(try hubError { try fixture.hub.createRepository(fixture.repository) }.code == .alreadyExists)
        try fixture.commit(["a.txt": Array("kept".utf8)])
        try fixture.hub.createRepository(fixture.repository, existOK: true)
        #expect(try fixture.hub.listFiles(fixture.repository).map(\.path) == ["a.txt"])
    }

    @Test(arguments: HubUnderTest.all)
    func `a new repository is empty and has a first commit`(kind: HubUnderTest) throws {
        let fixture = try HubFixture(kind)
        let info = try fixture.hub.repositoryInfo(fixture.repository)
        #expect(info.sha.count == 40)
        #expect(info.siblings.isEmpty)
        #expect(!info.isPrivate)
    }

    @Test(arguments: HubUnderTest.all)
    func `models, datasets and spaces of one name are different repositories`(kind: HubUnderTest) throws {
        let fixture = try HubFixture(kind)
        let model = try RepositoryID(.model, "ann/candles")
        let error = try hubError { _ = try fixture.hub.repositoryInfo(model) }
        #expect(error.code == .repositoryNotFound)
        #expect(error.description.contains("dataset"))
        try fixture.hub.createRepository(model)
        try fixture.commit(["only-in-dataset": [1]])
        #expect(try fixture.hub.listFiles(model).isEmpty)
    }

    @Test(arguments: HubUnderTest.all)
    func `a missing repository is reported with the nearest name`(kind: HubUnderTest) throws {
        let fixture = try HubFixture(kind)
        let error = try hubError { _ = try fixture.hub.repositoryInfo(RepositoryID(.dataset, "ann/candels")) }
        #expect(error.code == .repositoryNotFound)
        #expect(error.suggestions == ["ann/candles"])
        #expect(error.description.contains("did you mean 'ann/candles'?"))
    }

    @Test(arguments: HubUnderTest.all)
    func `listings have sizes, ids and folders`(kind: HubUnderTest) throws {
        let fixture = try HubFixture(kind)
        let binary = randomBytes(3000)
        try fixture.commit(["v2/BTC/config.json": Array("{}\n".utf8), "v2/BTC/X.npy": binary, "v2/BTCX/y.npy": [0], "empty": []])
        let files = try fixture.hub.listFiles(fixture.repository)
        #expect(files.map(\.path) == ["empty", "v2/BTC/X.npy", "v2/BTC/config.json", "v2/BTCX/y.npy"])
        #expect(files.map(\.size) == [0, 3000, 3, 1])
        // `git hash-object` of the empty file and of "{}\n".
        #expect(files[0].etag == .gitSHA1("e69de29bb2d1d6434b8b29ae775ad8c2e48c5391"))
        #expect(files[2].etag == .gitSHA1("0967ef424bce6791893e9a57bb952f80fd536e93"))
        #expect(files[1].sha256?.count == 64)
        #expect(try fixture.hub.repositoryInfo(fixture.repository).siblings == files)
        #expect(
            try fixture.hub.listFiles(fixture.repository, revision: .main, prefix: "v2/BTC").map(\.path) == ["v2/BTC/X.npy", "v2/BTC/config.json"])
        #expect(try fixture.hub.listFiles(fixture.repository, revision: .main, prefix: "v2/BTC/").count == 2)
    }

    @Test(arguments: HubUnderTest.all)
    func `branches, tags and commits name what they named`(kind: HubUnderTest) throws {
        let fixture = try HubFixture(kind)
        let first = try fixture.commit(["a.txt": Array("one".utf8)])
        try fixture.hub.createReference(.tag, "v1.0", in: fixture.repository, at: .main)
        try fixture.hub.createReference(.branch, "dev/next", in: fixture.repository, at: Revision(first.commit))
        let second = try fixture.commit(["a.txt": Array("two!".utf8)])
        func size(_ revision: String) throws -> Int? {
            try fixture.hub.listFiles(fixture.repository, revision: Revision(revision)).first?.size
        }
        #expect(try size("v1.0") == 3)
        #expect(try size("dev/next") == 3)
        #expect(try size(first.commit) == 3)
        #expect(try size("main") == 4)
        #expect(
            try fixture.hub.references(of: fixture.repository) == [
                Reference(kind: .branch, name: "dev/next", commit: first.commit), Reference(kind: .branch, name: "main", commit: second.commit),
                Reference(kind: .tag, name: "v1.0", commit: first.commit),
            ])
        #expect(
            try hubError { try fixture.hub.createReference(.tag, "v1.0", in: fixture.repository, at: .main) }.code == .alreadyExists)
    }

    @Test(arguments: HubUnderTest.all)
    func `a missing revision is reported with what exists`(kind: HubUnderTest) throws {
        let fixture = try HubFixture(kind)
        let error = try hubError { _ = try fixture.hub.listFiles(fixture.repository, revision: Revision("mian")) }
        #expect(error.code == .revisionNotFound)
        #expect(error.suggestions == ["main"])
        let unknown = try Revision(String(repeating: "a", count: 40))
        #expect(try hubError { _ = try fixture.hub.listFiles(fixture.repository, revision: unknown) }.code == .revisionNotFound)
    }
}
