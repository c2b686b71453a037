import ApusSession
import ApusThreads
import Synchronization

/// The events and replies of cells on their way to the front, in order.
///
/// Printed text waits two milliseconds for more, so that a loop of prints becomes a few messages; everything else goes at once,
/// after the text before it.
final class EventLane: Sendable {
    private struct State {
        var texts: [(cell: Int, name: StreamName, text: String)] = []
        var byteCount = 0
        var isScheduled = false
    }

    /// UTF-8 bytes above which text does not wait.
    static let gatheredBytes = 64 << 10
    /// Longer texts are cut, so that nobody has to hold a long one in several copies.
    static let longestText = 1 << 20

    private let sender: FrameSender
    private let window: EventWindow
    private let timer = FlushTimer(delay: .milliseconds(2))
    private let state = Mutex(State())

    init(sender: FrameSender, window: EventWindow) {
        self.sender = sender
        self.window = window
    }

    /// Waits while the front is behind.
    func write(_ text: String, to name: StreamName, cell: Int) {
        guard !text.isEmpty else { return }
        state.withLock { state in
            if let last = state.texts.indices.last, state.texts[last].cell == cell, state.texts[last].name == name {
                state.texts[last].text += text
            } else {
                state.texts.append((cell, name, text))
            }
            state.byteCount += text.utf8.count
            if state.byteCount >= Self.gatheredBytes { flush(&state) } else { schedule(&state) }
        }
    }

    /// Waits while the front is behind.
    func send(_ event: CellEvent, cell: Int) {
        if case .stream(let name, let text) = event { return write(text, to: name, cell: cell) }
        state.withLock { state in
            flush(&state)
            send(.event(cell: cell, event))
        }
    }

    /// Sends the text that waits. Waits while the front is behind.
    func flush() { state.withLock { flush(&$0) } }

    func send(_ reply: CellReply, cell: Int) {
        state.withLock { state in
            flush(&state)
            post(.reply(cell: cell, reply))
        }
    }

    private func schedule(_ state: inout State) {
        guard !state.isScheduled else { return }
        state.isScheduled = true
        timer.schedule { [weak self] in
            self?.state.withLock { state in
                state.isScheduled = false
                self?.flush(&state)
            }
        }
    }

    private func flush(_ state: inout State) {
        let texts = state.texts
        state.texts = []
        state.byteCount = 0
        for (cell, name, text) in texts {
            for piece in TextPieces(text, longest: Self.longestText) { send(.event(cell: cell, .stream(name, piece))) }
        }
    }

    /// Sends an event; one that is too large for a message is replaced by a line that says so.
    private func send(_ report: SessionReport) {
        do {
            let frame = try Frame.bytes(report.json)
            window.take(frame.count)
            sender.send(frame)
        } catch {
            guard case .event(let cell, _) = report else { return }
            send(.event(cell: cell, .stream(.stderr, "warning: an output was left out: it is \(error)\n")))
        }
    }

    /// Sends a reply. It takes no room in the window: there is one at the end of each cell.
    private func post(_ report: SessionReport) {
        do {
            sender.send(try Frame.bytes(report.json))
        } catch {
            guard case .reply(let cell, _) = report else { return }
            let tooLong = CellError(name: "ReplyTooLong", title: "the reply of the cell is \(error)", hint: "ask for fewer user expressions")
            post(.reply(cell: cell, CellReply(.error(tooLong))))
        }
    }
}
