import ApusJournal
import ApusSession
import JupyterProtocol
import Synchronization

/// The front's side of one running cell: turns its events into iopub messages, in order, and its questions into stdin messages.
final class CellOutputs: SessionClient {
    private struct State {
        var waiting = EventBuffer()
        var isFlushScheduled = false
        var showedError = false
        var result: String?
    }

    /// UTF-8 bytes, and events, that do not wait for more.
    static let fullBytes = 64 << 10
    static let fullCount = 4096

    private let cell: ExecuteRequest
    private let request: Request
    private let executionCount: Int
    private let publisher: Publisher
    private let timer: FlushTimer
    private let inputs: InputRequests
    /// Takes each event; nil for cells that are not kept.
    private let record: (@Sendable (CellEvent) -> Void)?
    private let state = Mutex(State())

    init(
        _ cell: ExecuteRequest, request: Request, executionCount: Int, publisher: Publisher, timer: FlushTimer, inputs: InputRequests,
        record: (@Sendable (CellEvent) -> Void)? = nil
    ) {
        self.cell = cell
        self.request = request
        self.executionCount = executionCount
        self.publisher = publisher
        self.timer = timer
        self.inputs = inputs
        self.record = record
    }

    /// Whether the cell published its error itself.
    var showedError: Bool { state.withLock { $0.showedError } }
    /// The plain text of the cell's value, for the history.
    var result: String? { state.withLock { $0.result } }

    func receive(_ event: CellEvent) {
        if cell.silent { return }
        record?(event)
        // Under the lock, so that the timer cannot publish between an output and the text before it.
        state.withLock { state in
            switch event {
            case .stream, .updateDisplay:
                state.waiting.append(event)
                if state.waiting.byteCount >= Self.fullBytes || state.waiting.count >= Self.fullCount {
                    flush(&state)
                } else {
                    scheduleFlush(&state)
                }
            default:
                flush(&state)
                publish(event, &state)
            }
        }
    }

    /// Publishes everything that waits.
    func flush() { state.withLock { flush(&$0) } }

    private func flush(_ state: inout State) {
        guard !state.waiting.isEmpty else { return }
        for event in state.waiting.take() { publish(event, &state) }
    }

    private func scheduleFlush(_ state: inout State) {
        guard !state.isFlushScheduled, !state.waiting.isEmpty else { return }
        state.isFlushScheduled = true
        timer.schedule { [self] in
            self.state.withLock { state in
                state.isFlushScheduled = false
                flush(&state)
            }
        }
    }

    private func publish(_ event: CellEvent, _ state: inout State) {
        let parent = request.header
        switch event {
        case .stream(let name, let text): publisher.publish(name, text, parent: parent)
        case .display(let display): publisher.publishOutput(DisplayOutput(display), parent: parent)
        case .updateDisplay(let display): publisher.publishOutput(DisplayUpdate(DisplayOutput(display)), parent: parent)
        case .clearOutput(let wait): publisher.publishOutput(ClearOutput(wait: wait), parent: parent)
        case .result(let bundle):
            state.result = bundle.text
            publisher.publishOutput(
                ExecuteResult(data: bundle.data, metadata: bundle.metadata, executionCount: executionCount), parent: parent)
        case .error(let error):
            state.showedError = true
            publisher.publishOutput(ErrorOutput(error), parent: parent)
        }
    }

    func requestInput(prompt: String, isPassword: Bool) async throws -> String {
        flush()
        guard cell.allowStdin else { throw InputUnavailable() }
        return try await inputs.ask(InputRequest(prompt: prompt, password: isPassword), for: request)
    }
}

extension DisplayOutput {
    fileprivate init(_ display: DisplayData) {
        self.init(data: display.bundle.data, metadata: display.bundle.metadata, displayID: display.id)
    }
}
