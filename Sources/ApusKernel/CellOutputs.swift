import ApusSession
import JupyterProtocol
import Synchronization

/// The front's side of one running cell: turns its events into iopub messages, in order, and its questions into stdin messages.
final class CellOutputs: SessionClient {
    private struct State {
        var streams = StreamBuffer()
        var isFlushScheduled = false
        var showedError = false
        var result: String?
    }

    private let cell: ExecuteRequest
    private let request: Request
    private let executionCount: Int
    private let publisher: Publisher
    private let timer: FlushTimer
    private let inputs: InputRequests
    private let state = Mutex(State())

    init(
        _ cell: ExecuteRequest, request: Request, executionCount: Int, publisher: Publisher, timer: FlushTimer, inputs: InputRequests
    ) {
        self.cell = cell
        self.request = request
        self.executionCount = executionCount
        self.publisher = publisher
        self.timer = timer
        self.inputs = inputs
    }

    /// Whether the cell published its error itself.
    var showedError: Bool { state.withLock { $0.showedError } }
    /// The plain text of the cell's value, for the history.
    var result: String? { state.withLock { $0.result } }

    func receive(_ event: CellEvent) {
        if cell.silent { return }
        // Under the lock, so that the timer cannot publish between an output and the text before it.
        state.withLock { state in
            if case .stream(let name, let text) = event {
                state.streams.append(text, to: name)
                if state.streams.isFull { flush(&state) } else { scheduleFlush(&state) }
            } else {
                flush(&state)
                publish(event, &state)
            }
        }
    }

    /// Publishes all text that waits.
    func flush() { state.withLock { flush(&$0) } }

    private func flush(_ state: inout State) {
        guard !state.streams.isEmpty else { return }
        for piece in state.streams.take() {
            publisher.publish(StreamOutput(name: piece.name.rawValue, text: piece.text), parent: request.header)
        }
    }

    private func scheduleFlush(_ state: inout State) {
        guard !state.isFlushScheduled, !state.streams.isEmpty else { return }
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
        case .stream: break
        case .display(let display): publisher.publish(DisplayOutput(display), parent: parent)
        case .updateDisplay(let display): publisher.publish(DisplayUpdate(DisplayOutput(display)), parent: parent)
        case .clearOutput(let wait): publisher.publish(ClearOutput(wait: wait), parent: parent)
        case .result(let bundle):
            state.result = bundle.text
            publisher.publish(
                ExecuteResult(data: bundle.data, metadata: bundle.metadata, executionCount: executionCount), parent: parent)
        case .error(let error):
            state.showedError = true
            publisher.publish(ErrorOutput(error), parent: parent)
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
