import ApusHub
import HubTestServer
import TestSupport
import Testing

/// A kind of hub that must pass the conformance suite. Another conformer of `Hub` joins by one more element of `all`.
struct HubUnderTest: Sendable, CustomTestStringConvertible {
    let name: String
    /// A new, empty hub without known users.
    let make: @Sendable (TemporaryFolder) throws -> any Hub

    var testDescription: String { name }

    static let all = [
        HubUnderTest(name: "file:") { folder in try HubEndpoint("file:\(folder.path)/hub", workingDirectory: "/").connect() },
        HubUnderTest(name: "http:") { _ in try HubTestServer.shared.get().world().hub() },
    ]
}

/// One empty hub with one repository, a cache, and a folder for everything.
struct HubFixture {
    let folder: TemporaryFolder
    let hub: any Hub
    let cache: HubCache
    let repository: RepositoryID

    init(_ kind: HubUnderTest) throws {
        folder = try TemporaryFolder()
        hub = try kind.make(folder)
        cache = HubCache(folder: folder.path + "/cache")
        repository = try RepositoryID(.dataset, "ann/candles")
        try hub.createRepository(repository)
    }

    @discardableResult
    func commit(_ files: [String: [UInt8]], summary: String = "Add files", parentCommit: String? = nil) throws -> CommitReceipt {
        let operations = files.sorted { $0.key < $1.key }.map { CommitRequest.Operation.add(path: $0.key, .bytes($0.value)) }
        return try hub.commit(CommitRequest(operations, summary: summary, parentCommit: parentCommit), to: repository)
    }

    func download(_ path: String, revision: Revision = .main) throws -> CachedFile {
        try cache.download(path, from: repository, revision: revision, hub: hub)
    }
}

/// Bytes that no compression or text detection takes for anything; the same for the same seed.
func randomBytes(_ count: Int, seed: UInt64 = 1) -> [UInt8] {
    var state = seed
    return (0..<count).map { _ in
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return UInt8(truncatingIfNeeded: state >> 33)
    }
}

/// The error that `body` throws.
func hubError(_ body: () throws -> Void, sourceLocation: SourceLocation = #_sourceLocation) throws -> HubError {
    try #require(throws: HubError.self, sourceLocation: sourceLocation) { try body() }
}

extension HubTestWorld {
    /// A client of this hub that does not wait long before it tries again.
    func hub(token: String? = HubTestWorld.ann, variables: [String: String] = [:], retries: Int = 5) throws -> HTTPHub {
        let quick = RetryPolicy(retries: retries, first: .milliseconds(5), longest: .milliseconds(20), patience: .seconds(3), work: .seconds(2))
        return try HTTPHub(endpoint, token: token.map { try HubToken($0) }, environment: HubEnvironment(variables), retry: quick)
    }
}
