import ApusJSON
import ApusJournal
import ApusSession
import JupyterProtocol
import Synchronization

/// The execute requests of one subshell that wait, and the one that runs: one at a time, in the order of arrival.
///
/// A cell is begun by whoever finds the queue free, a channel or the session that has just ended another cell, and ended by the session:
/// no thread of the kernel waits for it, and none has to be woken for it.
/// The lock is held only for queue operations and for sending replies and status messages; nothing that may take time runs under it.
final class CellQueue: Sendable {
    struct Item: Sendable {
        let request: Request
        let cell: ExecuteRequest
    }

    private struct Running {
        let item: Item
        let stop = CellStop()
        /// Whether idle was published already.
        var isDone = false
    }

    /// An error that a client may not have known about when it sent what arrives now.
    private struct Failure {
        let client: Frame
        /// Microseconds since 1970, just before the reply left.
        let time: Int64
        let arrivalLimit: ContinuousClock.Instant
    }

    private struct State {
        var waiting = WaitingLine<Item>()
        var running: Running?
        /// Whether some thread is beginning a cell; it goes on with the next one if that has ended meanwhile.
        var isStarting = false
        var executionCount = 0
        var failure: Failure?
        var isClosed = false
    }

    /// How long after an error reply a request may arrive that was sent before it.
    private static let crossing: Duration = .milliseconds(100)

    private let session: any Session
    private let publisher: Publisher
    private let busy: BusyCells
    private let inputs: InputRequests
    private let history: History
    private let journal: Journal?
    private let timer: FlushTimer
    private let state = Mutex(State())

    init(
        session: any Session, publisher: Publisher, busy: BusyCells, inputs: InputRequests, timer: FlushTimer, history: History,
        journal: Journal?
    ) {
        self.session = session
        self.publisher = publisher
        self.busy = busy
        self.inputs = inputs
        self.timer = timer
        self.history = history
        self.journal = journal
    }

    /// How many cells were counted so far.
    var executionCount: Int { state.withLock { $0.executionCount } }
    var isClosed: Bool { state.withLock { $0.isClosed } }

    /// The number of a cell that runs beside the queue.
    func countCell(_ cell: ExecuteRequest) -> Int {
        state.withLock { state in
            if cell.storeHistory { state.executionCount += 1 }
            return state.executionCount
        }
    }

    /// Runs the cell when its turn comes; aborts it at once when a request before it failed in the meantime.
    func enqueue(_ item: Item) {
        let isAborted = state.withLock { state in
            if state.isClosed { return true }
            if let failure = state.failure, failure.client == item.request.client, wasSentBefore(failure, item.request) { return true }
            state.waiting.append(item)
            return false
        }
        if isAborted { abort([item]) } else { startNext() }
    }

    /// Clients that send several cells at once may have sent this one before they heard of the error. Whatever they sent after
    /// that must run, so the dates decide; a clock that is wrong can mislead for no longer than `crossing`.
    private func wasSentBefore(_ failure: Failure, _ request: Request) -> Bool {
        guard ContinuousClock.now < failure.arrivalLimit, let sent = Timestamp.range(of: request.header.date) else { return false }
        return sent.upperBound < failure.time
    }

    /// Stops the running cell and aborts everything behind it; does nothing when no cell runs.
    func interrupt() {
        let (running, aborted) = state.withLock { state -> (Running?, [Item]) in
            guard let running = state.running, !running.isDone else { return (nil, []) }
            return (running, state.waiting.removeAll { _ in true })
        }
        if let running {
            running.stop.request()
            // A session may ask from a task that the stop does not reach.
            inputs.cancel(cell: running.item.request.header)
        }
        abort(aborted)
    }

    /// Interrupts, and runs nothing any more.
    func close() {
        state.withLock { $0.isClosed = true }
        interrupt()
    }

    /// Begins the next cell when none runs.
    private func startNext() {
        while let (running, count) = state.withLock({ state in takeNext(&state) }) {
            start(running, executionCount: count)
            state.withLock { $0.isStarting = false }
        }
    }

    /// The cell to begin, and its number.
    private func takeNext(_ state: inout State) -> (Running, Int)? {
        guard state.running == nil, !state.isStarting, let item = state.waiting.popFirst() else { return nil }
        if item.cell.storeHistory { state.executionCount += 1 }
        let running = Running(item: item)
        state.running = running
        state.isStarting = true
        return (running, state.executionCount)
    }

    private func start(_ running: Running, executionCount: Int) {
        let item = running.item
        let (request, cell) = (item.request, item.cell)
        let input = ExecuteInput(code: cell.code, executionCount: executionCount)
        busy.begin(request.header, with: cell.silent ? [] : [publisher.output(input, parent: request.header)])
        let entry = cell.silent ? nil : journal.map { ($0, number: $0.begin(code: cell.code, count: executionCount)) }
        let record = entry.map { journal, number in { @Sendable (event: CellEvent) in journal.record(event, cell: number) } }
        let outputs = CellOutputs(
            cell, request: request, executionCount: executionCount, publisher: publisher, timer: timer, inputs: inputs, record: record)
        let wanted = CellRequest(
            cell.code, isSilent: cell.silent, allowsInput: cell.allowStdin, userExpressions: cell.userExpressions,
            executionCount: executionCount, cellID: request.message.metadata["cellId"]?.string)
        // Knows nothing of `running`, whose stop may know of it.
        let stop = session.start(wanted, client: outputs) { [self] reply in
            end(item, reply, outputs, executionCount: executionCount) {
                if let entry { entry.0.end(cell: entry.number, JournalOutcome(reply.status)) }
            }
        }
        running.stop.attach {
            outputs.hurry()
            stop()
        }
    }

    /// Ends a cell, and begins the next one, when all outputs were published.
    ///
    /// - Parameter shown: called then, before the reply leaves.
    private func end(_ item: Item, _ reply: CellReply, _ outputs: CellOutputs, executionCount: Int, shown: @escaping @Sendable () -> Void) {
        inputs.cancel(cell: item.request.header)
        if case .error(let error) = reply.status, !outputs.showedError { outputs.receive(.error(error)) }
        outputs.finish { [self] in
            shown()
            // Before the reply: a client that restarts the kernel once it has it finds the cell in the history.
            if item.cell.storeHistory { history.append(item.cell.code, line: executionCount, output: outputs.result) }
            finish(item, reply, executionCount: executionCount)
            state.withLock { $0.running = nil }
            startNext()
        }
    }

    private func finish(_ item: Item, _ reply: CellReply, executionCount: Int) {
        var aborted: [Item] = []
        let content: ExecuteReply
        switch reply.status {
        case .ok:
            content = ExecuteReply(.ok(userExpressions: Self.json(reply.userExpressions)), executionCount: executionCount)
        case .error(let error):
            content = ExecuteReply(.error(ErrorOutput(error)), executionCount: executionCount)
            // Before the reply leaves: what the client sends once it knows of the error must run.
            if item.cell.stopOnError { aborted = fail(client: item.request.client) }
        }
        state.withLock { state in
            busy.end(item.request.header, with: [publisher.answer(content, to: item.request)])
            state.running?.isDone = true
        }
        abort(aborted)
    }

    /// Takes what the client queued out of the queue, and remembers the error for what is still under way.
    private func fail(client: Frame) -> [Item] {
        state.withLock { state in
            let aborted = state.waiting.removeAll { $0.request.client == client }
            state.failure = Failure(
                client: client, time: Timestamp.now(), arrivalLimit: ContinuousClock.now + Self.crossing)
            return aborted
        }
    }

    /// Answers requests that will not run.
    func abort(_ items: [Item]) {
        for item in items {
            publisher.status(.busy, item.request.header)
            publisher.reply(AbortedReply(), to: item.request)
            busy.publishIdle(item.request.header)
        }
    }

    private static func json(_ expressions: [String: ExpressionValue]) -> JSONObject {
        var object = JSONObject()
        for (name, value) in expressions.sorted(by: { $0.key < $1.key }) {
            switch value {
            case .value(let bundle):
                object[name] = ["status": "ok", "data": .object(bundle.data), "metadata": .object(bundle.metadata)]
            case .error(let error):
                var content = ErrorOutput(error).json
                content["status"] = "error"
                object[name] = .object(content)
            }
        }
        return object
    }
}

extension JournalOutcome {
    fileprivate init(_ status: CellReply.Status) {
        self =
            switch status {
            case .ok: .ok
            case .error(let error): error.name == CellError.interruptedName ? .interrupted : .failed
            }
    }
}
