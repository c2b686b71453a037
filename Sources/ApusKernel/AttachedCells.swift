import ApusJournal
import ApusSession
import ApusThreads
import JupyterProtocol
import Synchronization

/// The `%attach` cells that run: each on a thread of its own beside the queue, with what its journal says.
///
/// They change nothing in the session, so they need not wait for the cell that they watch, which a queued cell would.
final class AttachedCells: Sendable {
    private struct State {
        /// What ends each of them.
        var running: [CellStop] = []
        var isClosed = false
    }

    /// More at once are refused: each costs a thread.
    private static let most = 32

    private let journal: Journal?
    private let queue: CellQueue
    private let publisher: Publisher
    private let history: History
    private let inputs: InputRequests
    private let timer = FlushTimer(delay: .milliseconds(25))
    private let state = Mutex(State())

    init(journal: Journal?, queue: CellQueue, publisher: Publisher, history: History, inputs: InputRequests) {
        self.journal = journal
        self.queue = queue
        self.publisher = publisher
        self.history = history
        self.inputs = inputs
    }

    /// Takes the cell when it is an `%attach`; false when it is for the session.
    func start(_ item: CellQueue.Item) -> Bool {
        let call: Result<AttachMagic, CellError>
        do throws(CellError) {
            guard let found = try AttachMagic.call(inCell: item.cell.code) else { return false }
            call = .success(found)
        } catch {
            call = .failure(error)
        }
        let stop = CellStop()
        enum Admission { case run, abort, refuse }
        let admission = state.withLock { state -> Admission in
            if state.isClosed { return .abort }
            if state.running.count >= Self.most { return .refuse }
            state.running.append(stop)
            return .run
        }
        if case .abort = admission {
            queue.abort([item])
            return true
        }
        let count = queue.countCell(item.cell)
        _ = Thread(name: "apus-attach") { [self] in
            if case .refuse = admission { run(item, .failure(.tooManyAttached(Self.most)), count, stop) } else { run(item, call, count, stop) }
        }
        return true
    }

    /// Ends all of them, and nothing else; false when there is none.
    func interrupt() -> Bool {
        let running = state.withLock { $0.running }
        for stop in running { stop.request() }
        return !running.isEmpty
    }

    /// Ends all of them, and lets none begin.
    func close() {
        state.withLock { $0.isClosed = true }
        _ = interrupt()
    }

    private func run(_ item: CellQueue.Item, _ call: Result<AttachMagic, CellError>, _ count: Int, _ stop: CellStop) {
        let (request, cell) = (item.request, item.cell)
        publisher.status(.busy, request.header)
        if !cell.silent { publisher.publish(ExecuteInput(code: cell.code, executionCount: count), parent: request.header) }
        let outputs = CellOutputs(cell, request: request, executionCount: count, publisher: publisher, timer: timer, inputs: inputs)
        let detached = Wakeup()
        stop.attach {
            detached.signal()
            outputs.hurry()
        }
        var content = ExecuteReply(.ok(userExpressions: [:]), executionCount: count)
        do throws(CellError) {
            try AttachedCell(journal: journal, call: try call.get(), id: request.header.id, outputs: outputs, stop: detached).run()
        } catch {
            outputs.receive(.error(error))
            content.status = .error(ErrorOutput(error))
        }
        let reply = content
        outputs.finish { [self] in
            if cell.storeHistory { history.append(cell.code, line: count, output: nil) }
            // Before the reply leaves: an interrupt that a client sends once it knows of the end is for the cell.
            state.withLock { $0.running.removeAll { $0 === stop } }
            publisher.reply(reply, to: request)
            queue.publishIdle(request.header)
        }
    }
}

extension CellError {
    fileprivate static func tooManyAttached(_ most: Int) -> CellError {
        CellError(
            name: "TooManyAttached", title: "\(most) cells are attached already", hint: "interrupt the kernel: that ends them, and no other cell")
    }
}
