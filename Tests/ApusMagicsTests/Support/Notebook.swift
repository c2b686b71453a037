import ApusMagics
import ApusSession
import FoundationEssentials
import Glibc
import Synchronization
import Testing

/// A session with the standard magics in a folder of its own, for tests that run cells.
final class TestNotebook {
    let folder: String
    let session: CellSession
    private(set) var cells = 0

    init(variables: [String: String] = [:]) throws {
        var template = Array("/tmp/apus-tests-XXXXXX".utf8CString)
        try #require(mkdtemp(&template) != nil)
        folder = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
        let environment = SessionEnvironment(
            workingDirectory: folder, variables: ["HOME": folder, "HF_HOME": folder + "/hf", "TMPDIR": folder].merging(variables) { $1 })
        session = CellSession(magics: StandardMagics.all, environment: environment)
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    /// Runs one cell and returns what it showed.
    ///
    /// - Parameter answer: what the person types when asked; nil when nobody is there.
    @discardableResult
    func run(_ code: String, answer: String? = nil) async -> CellRecord {
        cells += 1
        let client = RecordingClient(answer: answer)
        let reply = await session.execute(CellRequest(code, allowsInput: answer != nil, executionCount: cells), client: client)
        return CellRecord(reply: reply, events: client.events)
    }

    /// The cells up to `%%preprocess` on a hub in this folder with simulated candles.
    func prepare(bars: Int = 1500, sample: Double = 1) async -> [CellRecord] {
        var records: [CellRecord] = []
        records.append(await run("%%auth --hub file:hub"))
        records.append(await run("%%download --repo simulated/demo --path BTCUSDT/15m --timeframe 15m --simulate \(bars)"))
        records.append(await run("%%preprocess --sample \(sample)"))
        return records
    }
}

/// Keeps what a cell showed.
final class RecordingClient: SessionClient {
    private let recorded = Mutex<[CellEvent]>([])
    private let answer: String?

    /// - Parameter answer: what the person types; nil when nobody is there.
    init(answer: String? = nil) { self.answer = answer }

    var events: [CellEvent] { recorded.withLock { $0 } }

    func receive(_ event: CellEvent) { recorded.withLock { $0.append(event) } }

    func requestInput(prompt: String, isPassword: Bool) async throws -> String {
        guard let answer else { throw InputUnavailable() }
        return answer
    }
}

/// How a cell ended, and everything it showed.
struct CellRecord {
    let reply: CellReply
    let events: [CellEvent]

    var error: CellError? {
        if case .error(let error) = reply.status { error } else { nil }
    }

    /// The text of all outputs; of a display that was updated, every state.
    var text: String {
        events.map { event in
            switch event {
            case .stream(_, let text): text
            case .display(let display), .updateDisplay(let display): (display.bundle.text ?? "") + "\n"
            case .result(let bundle): (bundle.text ?? "") + "\n"
            case .error(let error): error.report.joined(separator: "\n")
            case .clearOutput: ""
            }
        }.joined()
    }

    /// The pictures, without earlier states of those that were updated.
    var pictures: [String] {
        var last: [String: String] = [:]
        var order: [String] = []
        for (index, event) in events.enumerated() {
            guard case .display(let display) = event, let svg = display.bundle.data["image/svg+xml"]?.string else {
                if case .updateDisplay(let display) = event, let id = display.id, let svg = display.bundle.data["image/svg+xml"]?.string {
                    last[id] = svg
                }
                continue
            }
            let id = display.id ?? "\(index)"
            last[id] = svg
            order.append(id)
        }
        return order.compactMap { last[$0] }
    }
}
