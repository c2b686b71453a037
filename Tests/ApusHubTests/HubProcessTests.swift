import ApusHub
import Foundation
import TestSupport
import Testing

/// Several processes on one hub and one cache, killed at random instants: whatever was going on, either the old or the new state is there.
@Suite struct HubProcessTests {
    private static let childVariable = "APUS_TEST_HUB_CHILD"
    private static let child = ProcessInfo.processInfo.environment[childVariable]

    private let rounds = 20

    @Test(.enabled(if: child != nil, "runs only as the process that gets killed"))
    func `child that commits and downloads until it is killed`() throws {
        let folder = try #require(Self.child)
        let (hub, cache) = (FileHub(folder: folder + "/hub"), HubCache(folder: folder + "/cache"))
        let repository = try RepositoryID(.dataset, "ann/pair")
        for seed in UInt64.random(in: 1...UInt64.max / 2)... {
            // Two files that are always committed together and have the same content.
            let bytes = randomBytes(40_000, seed: seed)
            _ = try hub.commit(
                CommitRequest([.add(path: "left", .bytes(bytes)), .add(path: "deep/er/right", .bytes(bytes + [0]))], summary: "\(seed)"),
                to: repository)
            _ = try cache.download("left", from: repository, hub: hub)
            _ = try cache.download("deep/er/right", from: repository, hub: hub)
            _ = FileManager.default.createFile(atPath: "\(folder)/ready-\(ProcessInfo.processInfo.processIdentifier)", contents: nil)
        }
    }

    private func startChild(_ folder: String) throws -> Process {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        process.arguments = ["--testing-library", "swift-testing", "--filter", "child that commits"]
        process.environment = ProcessInfo.processInfo.environment.merging([Self.childVariable: folder]) { $1 }
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        return process
    }

    @Test(.enabled(if: child == nil), .timeLimit(.minutes(5)))
    func `killed processes leave the old or the new state and the others go on`() throws {
        let folder = try TemporaryFolder()
        let (hub, cache) = (FileHub(folder: folder.path + "/hub"), HubCache(folder: folder.path + "/cache"))
        let repository = try RepositoryID(.dataset, "ann/pair")
        try hub.createRepository(repository)
        var commits: Set<String> = []
        for round in 0..<rounds {
            let children = try (0..<2).map { _ in try startChild(folder.path) }
            defer { for process in children where process.isRunning { kill(process.processIdentifier, SIGKILL) } }
            let deadline = Date.now.addingTimeInterval(60)
            while !children.allSatisfy({ FileManager.default.fileExists(atPath: "\(folder.path)/ready-\($0.processIdentifier)") }) {
                try #require(Date.now < deadline && children.allSatisfy(\.isRunning), "a child ended before it was killed")
                usleep(2000)
            }
            let microseconds = UInt32.random(in: 0...60_000)
            usleep(microseconds)
            for process in children { kill(process.processIdentifier, SIGKILL) }
            for process in children { process.waitUntilExit() }

            let context = Comment("round \(round), killed \(microseconds) µs after both were ready")
            let info = try hub.repositoryInfo(repository)
            #expect(commits.insert(info.sha).inserted, context)
            let left = try cache.download("left", from: repository, hub: hub, verification: .full)
            let right = try cache.download("deep/er/right", from: repository, hub: hub, verification: .full)
            let bytes = try #require(FileManager.default.contents(atPath: left.location), context)
            #expect(FileManager.default.contents(atPath: right.location) == bytes + [0], context)
            #expect(left.commit == info.sha && right.commit == info.sha, context)
        }
        // Everything that is visible in the cache is complete.
        for name in folder.entries("cache/datasets--ann--pair/snapshots") where name.hasSuffix("left") || name.hasSuffix("right") {
            let commit = try Revision(String(name.prefix(40)))
            let file = try #require(cache.cachedFile(String(name.dropFirst(41)), in: repository, revision: commit))
            try cache.verify(file)
        }
    }
}
