import ApusSession
import Synchronization

/// The events and replies of cells on their way to the front, in order.
final class EventLane: Sendable {
    /// UTF-8 bytes. Longer texts are cut, so that nobody has to hold a long one in several copies.
    static let longestText = 1 << 20

    private let sender: FrameSender
    private let window: EventWindow
    /// Held while one is sent, which is what keeps them in order.
    private let order = Mutex(())

    init(sender: FrameSender, window: EventWindow) {
        self.sender = sender
        self.window = window
    }

    /// Waits while the front is behind.
    func send(_ event: CellEvent, cell: Int) {
        order.withLock { _ in
            guard case .stream(let name, let text) = event else { return post(event, cell) }
            for piece in TextPieces(text, longest: Self.longestText) { post(.stream(name, piece), cell) }
        }
    }

    /// Sends text that belongs to no cell. The front keeps the end of it, so it takes no room in the window; what comes faster than it is
    /// read is left out. Never waits: the thread that begins cells is held up by it, which is the one that hears of room in the window.
    func sendStray(_ text: String, to name: StreamName) {
        guard sender.waitingBytes < Self.longestText else { return }
        for piece in TextPieces(text, longest: Self.longestText) {
            if let frame = try? Frame.bytes(SessionReport.event(cell: 0, .stream(name, piece)).json) { sender.send(frame) }
        }
    }

    /// Takes no room in the window: there is one reply at the end of each cell.
    func send(_ reply: CellReply, cell: Int) {
        order.withLock { _ in
            do {
                sender.send(try Frame.bytes(SessionReport.reply(cell: cell, reply).json))
            } catch {
                let tooLong = CellError(name: "ReplyTooLong", title: "the reply of the cell is \(error)", hint: "ask for fewer user expressions")
                if let frame = try? Frame.bytes(SessionReport.reply(cell: cell, CellReply(.error(tooLong))).json) { sender.send(frame) }
            }
        }
    }

    /// Sends an event; one that is too large for a message is replaced by a line that says so.
    private func post(_ event: CellEvent, _ cell: Int) {
        do {
            let frame = try Frame.bytes(SessionReport.event(cell: cell, event).json)
            window.take(EventWindow.weight(ofFrame: frame.count))
            sender.send(frame)
        } catch {
            post(.stream(.stderr, "warning: an output was left out: it is \(error)\n"), cell)
        }
    }
}
