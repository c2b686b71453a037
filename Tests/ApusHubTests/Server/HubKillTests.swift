import ApusHub
import ApusJSON
import Foundation
import HubTestServer
import TestSupport
import Testing

/// Processes that upload to and download from a server, killed at random instants: at the hub and in the cache there is the old or the new
/// state, never a mixture, and the next process goes on.
@Suite struct HubKillTests {
    private static let childVariable = "APUS_TEST_HUB_KILL_CHILD"
    private static let child = ProcessInfo.processInfo.environment[childVariable]
    private static let rounds = ProcessInfo.processInfo.environment["APUS_HUB_KILLS"].flatMap(Int.init) ?? 25

    private static func repository() throws -> RepositoryID { try RepositoryID(.dataset, "ann/pair") }

    @Test(.enabled(if: child != nil, "runs only as the process that gets killed"))
    func `child that uploads and downloads at a server until it is killed`() throws {
        let words = try #require(Self.child).split(separator: "|").map(String.init)
        let (endpoint, folder) = (words[0], words[1])
        let (cache, repository) = (HubCache(folder: folder + "/cache"), try Self.repository())
        let hub = try HTTPHub(endpoint, token: HubToken(HubTestWorld.ann))
        for seed in UInt64.random(in: 1...UInt64.max / 2)... {
            // A large and a small file that are always committed together and begin with the same digits.
            let mark = Array(String(seed).utf8)
            let operations: [CommitRequest.Operation] = [
                .add(path: "large.bin", .bytes(mark + [0] + randomBytes(1_500_000, seed: seed))), .add(path: "deep/er/small.txt", .bytes(mark)),
            ]
            _ = try hub.commit(CommitRequest(operations, summary: "\(seed)"), to: repository)
            _ = try cache.download(["large.bin", "deep/er/small.txt"], from: repository, hub: hub)
            _ = FileManager.default.createFile(atPath: "\(folder)/ready-\(ProcessInfo.processInfo.processIdentifier)", contents: nil)
        }
    }

    private func startChild(_ world: HubTestWorld, _ folder: String) throws -> Process {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        process.arguments = ["--testing-library", "swift-testing", "--filter", "child that uploads and downloads"]
        process.environment = ProcessInfo.processInfo.environment.merging([Self.childVariable: "\(world.endpoint)|\(folder)"]) { $1 }
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        return process
    }

    @Test(.enabled(if: child == nil), .timeLimit(.minutes(10)))
    func `killed uploads and downloads leave the old or the new state`() throws {
        let (world, folder) = (try HubTestServer.shared.get().world(), try TemporaryFolder())
        let (hub, repository) = (try world.hub(), try Self.repository())
        let cache = HubCache(folder: folder.path + "/cache")
        try hub.createRepository(repository)
        for round in 0..<Self.rounds {
            let children = try (0..<2).map { _ in try startChild(world, folder.path) }
            defer { for process in children where process.isRunning { kill(process.processIdentifier, SIGKILL) } }
            let deadline = Date.now.addingTimeInterval(120)
            while !children.allSatisfy({ FileManager.default.fileExists(atPath: "\(folder.path)/ready-\($0.processIdentifier)") }) {
                try #require(Date.now < deadline && children.allSatisfy(\.isRunning), "a child ended before it was killed")
                usleep(2000)
            }
            let microseconds = UInt32.random(in: 0...80_000)
            usleep(microseconds)
            for process in children { kill(process.processIdentifier, SIGKILL) }
            for process in children { process.waitUntilExit() }

            let context = Comment("round \(round), killed \(microseconds) µs after both were ready")
            let files = try cache.download(["large.bin", "deep/er/small.txt"], from: repository, hub: hub, verification: .full)
            let small = try #require(FileManager.default.contents(atPath: files["deep/er/small.txt"]!.location), context)
            let large = try #require(FileManager.default.contents(atPath: files["large.bin"]!.location), context)
            #expect(large.starts(with: small + [0]) && large.count == small.count + 1_500_001, context)
        }
        print("HubKillTests: \(Self.rounds * 2) processes killed, nothing lost")
        // Every commit is whole, and everything visible in the cache is what its name says.
        let blobs = folder.path + "/cache/datasets--ann--pair/blobs"
        for name in try FileManager.default.contentsOfDirectory(atPath: blobs) where !name.hasSuffix(".incomplete") {
            let size = (try FileManager.default.attributesOfItem(atPath: "\(blobs)/\(name)")[.size] as? Int) ?? 0
            #expect(name.count == 64 ? size > 1_500_000 : size < 25)
        }
        for name in folder.entries("cache/datasets--ann--pair/snapshots") where name.hasSuffix("large.bin") || name.hasSuffix("small.txt") {
            let file = try #require(cache.cachedFile(String(name.dropFirst(41)), in: repository, revision: Revision(String(name.prefix(40)))))
            try cache.verify(file)
        }
    }
}
