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
    private let publisher: Publisher
    private let busy: BusyCells
    private let inputs: InputRequests
    private let timer: FlushTimer
    private let state = Mutex(State())

    init(journal: Journal?, publisher: Publisher, busy: BusyCells, inputs: InputRequests, timer: FlushTimer) {
        self.journal = journal
        self.publisher = publisher
        self.busy = busy
        self.inputs = inputs
        self.timer = timer
    }

    /// Takes the cell when it is an `%attach`; false when it is for the session.
    ///
    /// - Parameter subshell: Where it was sent; it counts the cell.
    func start(_ item: CellQueue.Item, in subshell: Subshell) -> Bool {
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
            subshell.cells.abort([item])
            return true
        }
        let count = subshell.cells.countCell(item.cell)
        _ = Thread(name: "apus-attach") { [self] in
            if case .refuse = admission {
                run(item, in: subshell, .failure(.tooManyAttached(Self.most)), count, stop)
            } else {
                run(item, in: subshell, call, count, stop)
            }
        }
        return true
    }

    /// How many run.
    var count: Int { state.withLock { $0.running.count } }

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

    private func run(
        _ item: CellQueue.Item, in subshell: Subshell, _ call: Result<AttachMagic, CellError>, _ count: Int, _ stop: CellStop
    ) {
        let (request, cell) = (item.request, item.cell)
        let input = ExecuteInput(code: cell.code, executionCount: count)
        busy.begin(request.header, with: cell.silent ? [] : [publisher.output(input, parent: request.header)])
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
            if cell.storeHistory { subshell.history.append(cell.code, line: count, output: nil) }
            // Before the reply leaves: an interrupt that a client sends once it knows of the end is for the cell.
            state.withLock { $0.running.removeAll { $0 === stop } }
            busy.end(request.header, with: [publisher.answer(reply, to: request)])
        }
    }
}

extension CellError {
    fileprivate static func tooManyAttached(_ most: Int) -> CellError {
        CellError(
            name: "TooManyAttached", title: "\(most) cells are attached already", hint: "interrupt the kernel: that ends them, and no other cell")
    }
}
