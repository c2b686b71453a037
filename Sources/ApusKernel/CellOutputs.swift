import ApusJournal
import ApusSession
import JupyterProtocol
import Synchronization

/// The front's side of one running cell: turns its events into iopub messages, in order, and its questions into stdin messages.
///
/// While subscribers are far behind, events stay here, where a newer state of a display replaces the older one; when they become too
/// many, the cell waits.
final class CellOutputs: SessionClient {
    private struct State {
        var waiting = EventBuffer()
        var isFlushScheduled = false
        var showedError = false
        var result: String?
        /// Called when everything that waits was published.
        var published: (@Sendable () -> Void)?
    }

    /// UTF-8 bytes, and events, that do not wait for more.
    static let fullBytes = 64 << 10
    static let fullCount = 4096
    /// UTF-8 bytes of events that stay here while subscribers are far behind.
    static let mostBytes = 4 << 20

    private let cell: ExecuteRequest
    private let request: Request
    private let executionCount: Int
    private let publisher: Publisher
    private let timer: FlushTimer
    private let inputs: InputRequests
    /// Takes each event; nil for cells that are not kept.
    private let record: (@Sendable (CellEvent) -> Void)?
    private let gate: OutputGate
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
        gate = OutputGate(publisher.transport.backlog)
    }

    /// Whether the cell showed its error itself.
    var showedError: Bool { state.withLock { $0.showedError } }
    /// The plain text of the cell's value, for the history.
    var result: String? { state.withLock { $0.result } }

    /// Waits while subscribers are too far behind.
    func receive(_ event: CellEvent) {
        if cell.silent { return }
        record?(event)
        // Under the lock, so that the timer cannot publish between an output and the text before it.
        while !state.withLock({ state in take(event, &state) }) { gate.wait() }
    }

    /// False when there is no room for the event.
    private func take(_ event: CellEvent, _ state: inout State) -> Bool {
        guard gate.isOpen else { return keep(event, &state) }
        note(event, &state)
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
            publish(event)
        }
        return true
    }

    /// Keeps an event until subscribers have caught up; false when there is no room for it.
    private func keep(_ event: CellEvent, _ state: inout State) -> Bool {
        // An error ends a cell: it is the last event, and small.
        if case .error = event {} else if state.waiting.byteCount >= Self.mostBytes || state.waiting.count >= Self.fullCount { return false }
        note(event, &state)
        state.waiting.append(event)
        scheduleFlush(&state)
        return true
    }

    private func note(_ event: CellEvent, _ state: inout State) {
        switch event {
        case .result(let bundle): state.result = bundle.text
        case .error: state.showedError = true
        default: break
        }
    }

    /// Publishes everything that waits, if subscribers are not too far behind.
    func flush() { state.withLock { if gate.isOpen { flush(&$0) } } }

    /// Calls `published` when everything that waits was published: at once, unless subscribers are too far behind. To be called once, after
    /// the last event.
    func finish(_ published: @escaping @Sendable () -> Void) {
        let isPublished = state.withLock { state in
            if gate.isOpen { flush(&state) }
            if !state.waiting.isEmpty {
                state.published = published
                scheduleFlush(&state)
            }
            return state.waiting.isEmpty
        }
        if isPublished { published() }
    }

    /// The cell was asked to stop: what it still shows does not wait. From any thread, at any time.
    func hurry() { gate.hurry() }

    private func flush(_ state: inout State) {
        guard !state.waiting.isEmpty else { return }
        for event in state.waiting.take() { publish(event) }
    }

    private func scheduleFlush(_ state: inout State) {
        guard !state.isFlushScheduled, !state.waiting.isEmpty else { return }
        state.isFlushScheduled = true
        timer.schedule { [self] in flushLate() }
    }

    /// Publishes what waits, or tries again later.
    private func flushLate() {
        let published = state.withLock { state -> (@Sendable () -> Void)? in
            state.isFlushScheduled = false
            guard gate.isOpen else {
                gate.noteWaiting()
                scheduleFlush(&state)
                return nil
            }
            flush(&state)
            defer { state.published = nil }
            return state.published
        }
        published?()
    }

    private func publish(_ event: CellEvent) {
        gate.pass(event.byteCount)
        let parent = request.header
        switch event {
        case .stream(let name, let text): publisher.publish(name, text, parent: parent)
        case .display(let display): publisher.publishOutput(DisplayOutput(display), parent: parent)
        case .updateDisplay(let display): publisher.publishOutput(DisplayUpdate(DisplayOutput(display)), parent: parent)
        case .clearOutput(let wait): publisher.publishOutput(ClearOutput(wait: wait), parent: parent)
        case .result(let bundle):
            publisher.publishOutput(
                ExecuteResult(data: bundle.data, metadata: bundle.metadata, executionCount: executionCount), parent: parent)
        case .error(let error):
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
