import ApusJSON
import ApusSession
import Synchronization

/// A front that remembers what a cell showed and answers its questions.
final class RecordingClient: SessionClient {
    private let received = Mutex<[CellEvent]>([])
    private let answer: @Sendable (String, Bool) async throws -> String

    init(answer: @escaping @Sendable (String, Bool) async throws -> String = { _, _ in throw InputUnavailable() }) {
        self.answer = answer
    }

    var events: [CellEvent] { received.withLock { $0 } }

    func receive(_ event: CellEvent) { received.withLock { $0.append(event) } }

    func requestInput(prompt: String, isPassword: Bool) async throws -> String { try await answer(prompt, isPassword) }

    /// What was written to stdout.
    var stdout: String {
        events.map { if case .stream(.stdout, let text) = $0 { text } else { "" } }.joined()
    }

    /// The text form of what was displayed, in order, updates included.
    var displayedTexts: [String] {
        events.compactMap { event in
            switch event {
            case .display(let data), .updateDisplay(let data): data.bundle.text
            default: nil
            }
        }
    }
}

extension CellSession {
    /// Runs a cell and returns how it ended with what it showed.
    @discardableResult
    func run(_ code: String, executionCount: Int = 1) async -> (error: CellError?, client: RecordingClient) {
        let client = RecordingClient()
        let reply = await execute(CellRequest(code, executionCount: executionCount), client: client)
        return (reply.error, client)
    }
}

extension CellReply {
    var error: CellError? { if case .error(let error) = status { error } else { nil } }
}

extension CellError {
    /// The report without colours.
    var plainReport: String {
        var text = ""
        var isEscape = false
        for scalar in report.joined(separator: "\n").unicodeScalars {
            if scalar == "\u{1B}" { isEscape = true }
            if !isEscape { text.unicodeScalars.append(scalar) }
            if isEscape, scalar == "m" { isEscape = false }
        }
        return text
    }
}
