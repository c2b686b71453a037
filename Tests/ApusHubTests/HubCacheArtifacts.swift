import ApusHub
import Foundation
import Testing

/// Writes a cache, a token and what they hold to `$APUS_ARTIFACTS/hub` for Tests/Tools/test_hub_cache.py, where `huggingface_hub` judges them.
@Suite(.enabled(if: ProcessInfo.processInfo.environment["APUS_ARTIFACTS"] != nil, "set APUS_ARTIFACTS to a folder"))
struct HubCacheArtifacts {
    @Test func `a cache for the Python client`() throws {
        let folder = ProcessInfo.processInfo.environment["APUS_ARTIFACTS"]! + "/hub"
        try? FileManager.default.removeItem(atPath: folder)
        let environment = HubEnvironment(["HOME": folder, "HF_HOME": folder + "/home"])
        let hub = FileHub(folder: folder + "/hub")
        let cache = HubCache(folder: try environment.cacheFolder)
        var expected: [String] = []
        for (kind, name) in [(RepositoryID.Kind.dataset, "ann/candles"), (.model, "gpt2"), (.space, "ann/demo")] {
            let repository = try RepositoryID(kind, name)
            try hub.createRepository(repository)
            var operations: [CommitRequest.Operation] = [
                .add(path: "v2_model/BTCUSDT/15m/X.npy", .bytes(randomBytes(300_000, seed: 5))),
                .add(path: "config.json", .bytes(Array("{}\n".utf8))),
                .add(path: "empty", .bytes([])),
            ]
            for summary in ["Add files", "Change one"] {
                let receipt = try hub.commit(CommitRequest(operations, summary: "\(summary) to the \(repository)"), to: repository)
                if summary == "Add files" { try hub.createReference(.tag, "v1", in: repository, at: .main) }
                for path in ["v2_model/BTCUSDT/15m/X.npy", "config.json", "empty"] {
                    for revision in try [Revision.main, Revision("v1")] {
                        let file = try cache.download(path, from: repository, revision: revision, hub: hub)
                        expected.append(
                            [kind.rawValue, name, revision.name, path, file.commit, file.location, "\(file.size)"].joined(separator: "\t"))
                    }
                }
                #expect(throws: HubError.self) { try cache.download("absent.json", from: repository, hub: hub) }
                expected.append([kind.rawValue, name, "main", "absent.json", receipt.commit, "", ""].joined(separator: "\t"))
                operations = [.add(path: "config.json", .bytes(Array("{\"a\": 1}\n".utf8)))]
            }
        }
        try (expected.joined(separator: "\n") + "\n").write(toFile: folder + "/expected.tsv", atomically: true, encoding: .utf8)
        try environment.store(HubToken("hf_first"), name: "first")
        try environment.store(HubToken("hf_second"), name: "Ann's laptop [2]")
    }
}
