package import ApusSession
import Synchronization

/// A front that remembers what a cell showed, says when something came, and answers the cell's questions.
package final class RecordingClient: SessionClient {
    private let received = Mutex<[CellEvent]>([])
    private let answer: @Sendable (String, Bool) async throws -> String
    private let (news, continuation) = AsyncStream<Void>.makeStream()

    package init(answer: @escaping @Sendable (String, Bool) async throws -> String = { _, _ in throw InputUnavailable() }) {
        self.answer = answer
    }

    package var events: [CellEvent] { received.withLock { $0 } }

    package func receive(_ event: CellEvent) {
        received.withLock { $0.append(event) }
        continuation.yield()
    }

    package func requestInput(prompt: String, isPassword: Bool) async throws -> String {
        continuation.yield()
        return try await answer(prompt, isPassword)
    }

    /// Waits until something was shown or asked for which `isEnough`.
    package func wait(until isEnough: @Sendable (RecordingClient) -> Bool = { _ in true }) async {
        for await _ in news where isEnough(self) { return }
    }

    /// What was written to stdout.
    package var stdout: String { text(of: .stdout) }
    package var stderr: String { text(of: .stderr) }

    private func text(of name: StreamName) -> String {
        events.map { if case .stream(name, let text) = $0 { text } else { "" } }.joined()
    }

    /// The text form of what was displayed, in order, updates included.
    package var displayedTexts: [String] {
        events.compactMap { event in
            switch event {
            case .display(let data), .updateDisplay(let data): data.bundle.text
            default: nil
            }
        }
    }

    /// The errors that were shown.
    package var errors: [CellError] {
        events.compactMap { if case .error(let error) = $0 { error } else { nil } }
    }
}

extension Session {
    /// Runs a cell and returns how it ended with what it showed.
    @discardableResult
    package func run(_ code: String, executionCount: Int = 1) async -> (error: CellError?, client: RecordingClient) {
        let client = RecordingClient()
        let reply = await execute(CellRequest(code, executionCount: executionCount), client: client)
        return (reply.error, client)
    }
}

extension CellReply {
    package var error: CellError? { if case .error(let error) = status { error } else { nil } }
}

extension CellError {
    /// The report without colours.
    package var plainReport: String {
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
