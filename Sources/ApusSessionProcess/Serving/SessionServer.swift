import ApusSession
import ApusThreads
import Glibc
import Synchronization

/// The session process's side of the socket: takes commands, lets a session do the work, and reports.
///
/// Commands are read on a thread that does nothing else, so that an interrupt or a question about code never waits for a cell.
final class SessionServer: Sendable {
    private let session: any Session
    private let socket: Descriptor
    private let sender: FrameSender
    private let window = EventWindow()
    private let lane: EventLane
    private let questions: OpenQuestions
    private let current = CurrentCell()
    private let capture: OutputCapture
    private let closed = Wakeup()
    private let assistance = ThreadExecutor(name: "apus-assist")
    /// Normally one: the front sends a cell when the one before has ended.
    private let cells = Mutex<[Int: CellStop]>([:])

    /// - Parameters:
    ///   - output: Where what this process writes to descriptor 1 comes back.
    ///   - errors: The same for descriptor 2.
    init(session: any Session, socket: Descriptor, output: Descriptor, errors: Descriptor) {
        let sender = FrameSender(socket)
        let lane = EventLane(sender: sender, window: window)
        self.session = session
        self.socket = socket
        self.sender = sender
        self.lane = lane
        questions = OpenQuestions { Self.send($0, to: sender) }
        capture = OutputCapture(output: output, errors: errors) { [current] text, name in
            guard let cell = current.number else { return }
            if cell == 0 { lane.sendStray(text, to: name) } else { lane.send(.stream(name, text), cell: cell) }
        }
    }

    /// Serves until the front is gone, or has closed the session.
    ///
    /// - Throws: `FrameError` when the front sends what is no command.
    func run() throws(FrameError) {
        let thread = capture.start()
        defer {
            capture.stop()
            window.close()
            thread.join()
            sender.stop()
        }
        var reader = FrameReader()
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 1)
        defer { buffer.deallocate() }
        while true {
            switch socket.read(into: buffer, isSocket: true) {
            case .end: return
            case .bytes(let bytes):
                reader.append(bytes)
                while let (message, _) = try reader.next() { handle(try SessionCommand(message)) }
            case .nothing:
                var entries = [socket.number, closed.descriptor].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
                poll(&entries, nfds_t(entries.count), -1)
                guard entries[1].revents == 0 else { return sender.flush(within: .seconds(1)) }
            }
        }
    }

    private func handle(_ command: SessionCommand) {
        switch command {
        case .execute(let cell, let request): execute(request, cell)
        case .interrupt(let cell): cells.withLock { $0[cell] }?.request()
        case .answer(let question, let text): questions.answer(question, text)
        case .delivered(let bytes): window.give(bytes)
        case .complete(let query, let code, let cursor):
            answer { [session] in .completions(query: query, await session.complete(code, cursor: cursor)) }
        case .inspect(let query, let code, let cursor, let detail):
            answer { [session] in .inspection(query: query, await session.inspect(code, cursor: cursor, detail: detail)) }
        case .read(let query, let request): answer { [session] in .finished(query: query, await session.runReadOnly(request)) }
        case .close: close()
        }
    }

    private func execute(_ request: CellRequest, _ cell: Int) {
        // Nothing written before belongs to this cell.
        capture.drain()
        current.begin(cell, isSilent: request.isSilent)
        let client = ServedCell(number: cell, lane: lane, questions: questions, capture: capture)
        let stop = CellStop()
        cells.withLock { $0[cell] = stop }
        stop.attach(
            session.start(request, client: client) { [self] reply in
                capture.finish()
                current.end(cell)
                lane.send(reply, cell: cell)
                cells.withLock { $0[cell] = nil }
            })
    }

    private func answer(_ body: @escaping @Sendable () async -> SessionReport) {
        Task(executorPreference: assistance) { [sender] in Self.send(await body(), to: sender) }
    }

    private func close() {
        Task(executorPreference: assistance) { [self] in
            await session.close()
            closed.signal()
        }
    }

    /// Sends what is no event. An answer that is too large for a message is dropped; the front waits for none for ever.
    private static func send(_ report: SessionReport, to sender: FrameSender) {
        if let frame = try? Frame.bytes(report.json) { sender.send(frame) }
    }
}

/// The cell to which belongs what is written to descriptors 1 and 2.
final class CurrentCell: Sendable {
    private struct State {
        var number = 0
        var isSilent = false
    }

    private let state = Mutex(State())

    /// Zero while no cell runs, nil for a cell that shows nothing.
    var number: Int? { state.withLock { $0.isSilent ? nil : $0.number } }

    func begin(_ number: Int, isSilent: Bool) { state.withLock { $0 = State(number: number, isSilent: isSilent) } }

    func end(_ number: Int) {
        state.withLock { if $0.number == number { $0 = State() } }
    }
}
