import ApusJSON
import Synchronization

/// Where a running cell writes. May be used from any thread; outputs reach the front one at a time, and none after the cell's end.
public final class CellOutput: Sendable {
    private struct State {
        var isOpen = true
        var lastDisplay = 0
    }

    private let client: any SessionClient
    private let isSilent: Bool
    /// Unique in the session, so that a display of an earlier cell is never updated by a later one.
    private let displayPrefix: String
    private let state = Mutex(State())

    package init(client: any SessionClient, isSilent: Bool = false, displayPrefix: String = "apus") {
        self.client = client
        self.isSilent = isSilent
        self.displayPrefix = displayPrefix
    }

    /// Writes text as it is, without a line break of its own.
    public func write(_ text: String, to stream: StreamName = .stdout) {
        guard !text.isEmpty else { return }
        send(.stream(stream, text))
    }

    /// Writes a line.
    public func print(_ line: String) { write(line + "\n") }

    /// Tells the user of something that is not an error but should not be missed.
    public func warn(_ message: String) { write("warning: \(message)\n", to: .stderr) }

    public func display(_ bundle: MIMEBundle) { send(.display(DisplayData(bundle))) }

    /// Shows `bundle` and returns the display, which can be updated.
    public func makeDisplay(_ bundle: MIMEBundle) -> CellDisplay {
        let id = state.withLock { state in
            state.lastDisplay += 1
            return "\(displayPrefix)-\(state.lastDisplay)"
        }
        send(.display(DisplayData(bundle, id: id)))
        return CellDisplay(id: id, output: self)
    }

    /// Replaces what a display shows, also one of an earlier cell.
    package func update(_ id: String, _ bundle: MIMEBundle) { send(.updateDisplay(DisplayData(bundle, id: id))) }

    /// Removes the cell's outputs; with `wait`, when the next one comes.
    public func clear(wait: Bool = false) { send(.clearOutput(wait: wait)) }

    /// Shows the value of the cell.
    public func result(_ bundle: MIMEBundle) { send(.result(bundle)) }

    func error(_ error: CellError) { send(.error(error)) }

    /// Nothing is shown from now on: what late threads still write must not land in another cell.
    package func close() { state.withLock { $0.isOpen = false } }

    private func send(_ event: CellEvent) {
        guard !isSilent else { return }
        // The lock is held while the front takes the event, which is what keeps events in order.
        state.withLock { state in
            if state.isOpen { client.receive(event) }
        }
    }
}

/// Something shown that can be replaced.
public struct CellDisplay: Sendable {
    public let id: String
    let output: CellOutput

    public func update(_ bundle: MIMEBundle) { output.update(id, bundle) }
}
