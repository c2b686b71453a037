import ApusHub
import ApusSession
import Foundation
import HubTestServer
import Testing

/// The cells that talk to a hub, on a server.
@Suite struct HubServerCellsTests {
    private static let marker = "hf_MarkerMarkerMarker42"
    private let world: HubTestWorld
    private let repository: RepositoryID

    init() throws {
        world = try HubTestServer.shared.get().world()
        try world.admin("user", ["token": .string(Self.marker), "name": "ann", "role": "write", "display": "laptop"])
        repository = try RepositoryID(.dataset, "ann/candles")
    }

    private func notebook(_ variables: [String: String] = [:]) throws -> TestNotebook {
        try TestNotebook(variables: ["HF_ENDPOINT": world.endpoint].merging(variables) { $1 })
    }

    /// The feature files of 900 candles in the server's repository `ann/candles`, under `BTC/15m`.
    private func publishFeatures(isPrivate: Bool = false) async throws {
        let source = try TestNotebook()
        _ = await source.prepare(bars: 900)
        let files = FileHub(folder: source.folder + "/hub")
        let simulated = try RepositoryID(.dataset, "simulated/demo")
        var operations: [CommitRequest.Operation] = []
        for file in try files.listFiles(simulated) where file.path.hasPrefix("BTCUSDT/15m/15m_") {
            var bytes: [UInt8] = []
            try files.read(files.resolve(file.path, in: simulated, revision: .main), from: 0, shouldStop: { false }) { bytes += $0 }
            operations.append(.add(path: "BTC" + file.path.dropFirst("BTCUSDT".count), .bytes(bytes)))
        }
        let hub = try HTTPHub(world.endpoint, token: HubToken(HubTestWorld.ann))
        try hub.createRepository(repository, isPrivate: isPrivate)
        _ = try hub.commit(CommitRequest(operations, summary: "Add features"), to: repository)
        _ = try world.log()
    }

    private let download = "%%download --repo ann/candles --path BTC/15m --timeframe 15m"

    @Test func `a token of the environment is found, checked and never shown`() async throws {
        let notebook = try notebook(["HF_TOKEN": Self.marker])
        let auth = await notebook.run("%%auth")
        #expect(auth.error == nil)
        #expect(auth.text.contains("ann") && auth.text.contains("write") && auth.text.contains("environment variable HF_TOKEN"))
        let who = await notebook.run("%who")
        #expect(who.text.contains("as ann (write)"))
        #expect(!(auth.text + who.text).contains("Marker"))
    }

    @Test func `a prompted token is asked for in a password field, stored on request and found the next time`() async throws {
        let notebook = try notebook()
        let auth = await notebook.run("%%auth --store", answer: Self.marker + "\n")
        #expect(auth.error == nil && auth.text.contains("password prompt") && auth.text.contains(notebook.folder + "/hf/token"))
        let again = await notebook.run("%%auth")
        #expect(again.text.contains("token file \(notebook.folder)/hf/token") && again.text.contains("ann"))
        #expect(!(auth.text + again.text).contains("Marker"))
    }

    @Test func `without a token and with nobody to ask, public files can be had`() async throws {
        try await publishFeatures()
        let notebook = try notebook()
        let auth = await notebook.run("%%auth")
        #expect(auth.error == nil && auth.text.contains("anonymous"))
        #expect(await notebook.run(download).error == nil)
        #expect(await notebook.run("%%preprocess").error == nil)
        #expect(try world.log().allSatisfy { !$0.isAuthorized })
    }

    @Test func `an empty answer is an anonymous visitor, and a prompt that is wanted needs somebody`() async throws {
        #expect(await (try notebook()).run("%%auth", answer: "").text.contains("anonymous"))
        #expect(try #require(await notebook().run("%%auth --prompt").error).name == "NoInput")
        #expect(try #require(await notebook().run("%%auth --store", answer: " ").error).name == "NoToken")
    }

    @Test func `a token that the hub does not know is an error that says where it came from`() async throws {
        let error = try #require(await notebook(["HF_TOKEN": "hf_UnknownMarker"]).run("%%auth").error)
        #expect(error.name == "Unauthorised" && error.message.contains("environment variable HF_TOKEN"))
        #expect(!error.report.joined().contains("Marker"))
    }

    @Test func `a hub that is away is no reason to stop, except to store a token that nobody checked`() async throws {
        let notebook = try TestNotebook(variables: ["HF_ENDPOINT": "http://127.0.0.1:9", "HF_TOKEN": Self.marker])
        let auth = await notebook.run("%%auth")
        #expect(auth.error == nil && auth.text.contains("cannot be reached"))
        let store = try #require(await notebook.run("%%auth --store").error)
        #expect(store.name == "Offline" && !(auth.text + store.report.joined()).contains("Marker"))
        #expect(!FileManager.default.fileExists(atPath: notebook.folder + "/hf/token"))
        let given = try #require(await notebook.run("%%auth --token \(Self.marker)").error)
        let typed = try #require(await notebook.run("%%auth --prompt", answer: Self.marker).error)
        #expect(given.name == "Offline" && typed.name == "Offline")
        #expect(!(given.report + typed.report).joined().contains("Marker"))
    }

    @Test func `offline nothing is asked and the cache answers`() async throws {
        try await publishFeatures()
        let notebook = try notebook()
        _ = await notebook.run("%%auth")
        _ = await notebook.run(download)
        _ = try world.log()
        let offline = try self.notebook(["HF_HUB_OFFLINE": "1", "HF_HOME": notebook.folder + "/hf"])
        #expect(await offline.run("%%install").text.contains("not asked"))
        #expect(await offline.run("%%auth").text.contains("Offline mode"))
        let files = await offline.run(download)
        #expect(files.error == nil && files.text.contains("in the cache"))
        let other = try #require(await offline.run("%%download --repo ann/other --timeframe 15m").error)
        #expect(other.name == "Offline" && other.report.joined().contains("HF_HUB_OFFLINE"))
        let publish = try #require(await offline.run("%%snapshot --repo ann/other").error)
        #expect(publish.name == "Offline")
        #expect(try world.log().isEmpty)
    }

    @Test func `a download shows one bar, a private repository asks for a token`() async throws {
        try await publishFeatures(isPrivate: true)
        let anonymous = try notebook()
        _ = await anonymous.run("%%auth")
        let error = try #require(await anonymous.run(download).error)
        #expect(error.name == "RepositoryNotFound" && error.report.joined().contains("HF_TOKEN"))
        let notebook = try notebook(["HF_TOKEN": Self.marker])
        _ = await notebook.run("%%auth")
        let files = await notebook.run(download)
        #expect(files.error == nil)
        let bars = files.events.count { if case .display(let display) = $0 { display.bundle.text?.contains("Downloading") == true } else { false } }
        #expect(bars == 1)
        let snapshot = await notebook.run("%%snapshot --repo ann/candles --include *.json --include *.pkl --exclude *points*")
        #expect(snapshot.error == nil && snapshot.text.contains("15m_scaler.pkl") && !snapshot.text.contains("points"))
        #expect(await notebook.run("%who").text.contains("files of ann/candles"))
        let copied = await notebook.run("%%snapshot --repo ann/candles --include *.pkl --local-dir copies")
        #expect(copied.text.contains("The files are in \(notebook.folder)/copies"))
        #expect(FileManager.default.fileExists(atPath: notebook.folder + "/copies/BTC/15m/15m_scaler.pkl"))
    }

    @Test func `an interrupted download ends while the hub says nothing, and goes on when the cell runs again`() async throws {
        try await publishFeatures()
        let notebook = try notebook(["HF_HUB_DOWNLOAD_TIMEOUT": "60"])
        _ = await notebook.run("%%auth")
        try world.faults(["kind": "stall", "method": "GET", "path": "^/[0-9a-f]{64}$", "after": 100_000, "seconds": 60, "times": 9])
        _ = try world.log()
        let session = notebook.session
        let blobs = notebook.folder + "/hf/hub/datasets--ann--candles/blobs"
        // The interrupt comes when the connection stands still: the first 100,000 bytes are there, and nothing else will come.
        let watcher = Task.detached {
            func isThere() -> Bool {
                (try? FileManager.default.contentsOfDirectory(atPath: blobs))?.contains { name in
                    name.hasSuffix(".incomplete") && (try? FileManager.default.attributesOfItem(atPath: "\(blobs)/\(name)")[.size]) as? Int == 100_000
                } ?? false
            }
            while !isThere() { try await Task.sleep(for: .milliseconds(5)) }
            session.interrupt()
        }
        defer { watcher.cancel() }
        let reply = await session.execute(CellRequest(download, executionCount: 2), client: RecordingClient())
        guard case .error(let error) = reply.status else {
            Issue.record("the cell was not interrupted")
            return
        }
        #expect(error.name == CellError.interruptedName)
        try world.faults()
        _ = try world.log()
        #expect(await notebook.run(download).error == nil)
        #expect(try world.log().contains { $0.range == "bytes=100000-" })
    }

    @Test func `an upload makes one commit, a repetition none, a pull request is asked for and given`() async throws {
        try await publishFeatures()
        func train(_ notebook: TestNotebook) async {
            for cell in [
                "%%auth", download, "%%preprocess", "%%build --recipe multi-task-lstm", "%%train --epochs 1 --checkpoints none", "%%evaluate",
            ] {
                let record = await notebook.run(cell)
                #expect(record.error == nil, "\(cell): \(record.error?.report.joined(separator: "\n") ?? "")")
            }
        }
        let notebook = try notebook(["HF_TOKEN": Self.marker])
        await train(notebook)
        let missing = try #require(await notebook.run("%%upload --repo ann/models").error)
        #expect(missing.report.joined().contains("--create"))
        let upload = await notebook.run("%%upload --repo ann/models --path m --create")
        #expect(upload.error == nil && upload.text.contains("uploaded"))
        let bob = try self.notebook(["HF_TOKEN": HubTestWorld.bob])
        await train(bob)
        let refused = try #require(await bob.run("%%upload --repo ann/models --path bob").error)
        #expect(refused.name == "Unauthorised" && refused.report.joined().contains("--pull-request"))
        let request = await bob.run("%%upload --repo ann/models --path bob --pull-request")
        #expect(request.error == nil && request.text.contains("/discussions/1"))
        #expect(try world.admin("commits", ["kind": "model", "name": "ann/models"]).array?.count == 2)
        #expect(!(upload.text + request.text + refused.report.joined()).contains("Marker"))
    }
}
