import ApusThreads
import Glibc
import Synchronization

/// Writes frames to a socket from any thread, whole and in order, without ever waiting for the reader.
///
/// A frame goes out at once where the socket has room; the rest waits for a thread that starts with the first such case.
final class FrameSender: Sendable {
    private struct State {
        var waiting: [UInt8] = []
        var position = 0
        /// The other side is gone: frames go nowhere.
        var isBroken = false
        var isStopped = false
    }

    private let socket: Descriptor
    private let state = Mutex(State())
    private let hasWaiting = Wakeup()
    /// Signalled when nothing waits any more.
    private let isDone = Wakeup()
    private let thread = LazyThread(name: "apus-send")

    init(_ socket: Descriptor) { self.socket = socket }

    /// Bytes that the reader has left no room for so far.
    var waitingBytes: Int { state.withLock { $0.waiting.count - $0.position } }

    /// False when the other side is gone.
    @discardableResult
    func send(_ frame: [UInt8]) -> Bool {
        let mustWait = state.withLock { state -> Bool? in
            guard !state.isBroken, !state.isStopped else { return nil }
            let wasWaiting = !state.waiting.isEmpty
            let sent = wasWaiting ? 0 : write(frame[...], &state)
            if state.isBroken { return nil }
            if sent < frame.count { state.waiting += frame[sent...] }
            return !wasWaiting && sent < frame.count
        }
        guard let mustWait else { return false }
        if mustWait {
            startThread()
            hasWaiting.signal()
        }
        return true
    }

    /// Waits until everything was written, or `limit` has passed.
    func flush(within limit: Duration) {
        isDone.clear()
        if waitingBytes > 0 { isDone.wait(timeout: limit) }
    }

    /// Nothing is sent from now on, and the thread ends.
    func stop() {
        state.withLock { state in
            state.isStopped = true
            state.waiting = []
            state.position = 0
        }
        hasWaiting.signal()
    }

    deinit { stop() }

    private func write(_ bytes: ArraySlice<UInt8>, _ state: inout State) -> Int {
        var sent = 0
        bytes.withUnsafeBytes { bytes in
            while sent < bytes.count {
                let rest = UnsafeRawBufferPointer(rebasing: bytes[sent...])
                let count = Glibc.send(socket.number, rest.baseAddress, rest.count, Int32(MSG_DONTWAIT | MSG_NOSIGNAL))
                if count >= 0 {
                    sent += count
                } else if errno == EAGAIN {
                    return
                } else if errno != EINTR {
                    state.isBroken = true
                    return
                }
            }
        }
        return sent
    }

    private func startThread() {
        // Holds no reference to the sender while it sleeps, so that the sender may end.
        thread.startOnce { [weak self, socket, hasWaiting] in
            while true {
                hasWaiting.wait()
                hasWaiting.clear()
                while let isWaiting = self?.writeWaiting(), isWaiting {
                    var entries = [
                        pollfd(fd: socket.number, events: Int16(POLLOUT), revents: 0),
                        pollfd(fd: hasWaiting.descriptor, events: Int16(POLLIN), revents: 0),
                    ]
                    poll(&entries, 2, -1)
                    if entries[1].revents != 0 { hasWaiting.clear() }
                }
                guard let self, !self.state.withLock({ $0.isStopped }) else { return }
            }
        }
    }

    /// Whether there is still something to write; nil when the sender was stopped.
    private func writeWaiting() -> Bool? {
        state.withLock { state in
            if state.isStopped { return nil }
            state.position += write(state.waiting[state.position...], &state)
            if state.isBroken || state.position == state.waiting.count {
                state.waiting = []
                state.position = 0
                isDone.signal()
            }
            return !state.waiting.isEmpty
        }
    }
}
