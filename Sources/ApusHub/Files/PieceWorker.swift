import ApusThreads
import Synchronization

/// Does something with each piece of a content, in order, on a thread of its own, so that a transfer does not wait for it.
///
/// Memory stays bounded: when too many pieces wait, so does who brings them.
package final class PieceWorker: Sendable {
    private struct State {
        var pieces: [[UInt8]] = []
        var failure: HubError?
        var isComplete = false
        var isOver = false
    }

    private let state = Mutex(State())
    /// Signalled when the worker has something to do, and when who brings pieces has.
    private let work = Wakeup()
    private let progress = Wakeup()
    private let body: @Sendable ([UInt8]) throws(HubError) -> Void

    /// A piece is about as much as arrives at once, half a mebibyte.
    private static let maximumPieces = 4

    /// - Parameter body: after its first failure it is not called again.
    package init(name: String, _ body: @escaping @Sendable ([UInt8]) throws(HubError) -> Void) {
        self.body = body
        // The thread keeps this object until `finish` has told it to end.
        _ = Thread(name: name) { self.run() }
    }

    private func run() {
        while true {
            work.wait()
            work.clear()
            while let piece = state.withLock({ $0.pieces.first }) {
                if state.withLock({ $0.failure }) == nil {
                    do throws(HubError) { try body(piece) } catch { state.withLock { $0.failure = error } }
                }
                state.withLock { _ = $0.pieces.removeFirst() }
                progress.signal()
            }
            let isOver = state.withLock { state in
                state.isOver = state.isComplete && state.pieces.isEmpty
                return state.isOver
            }
            if isOver { return progress.signal() }
        }
    }

    /// Brings a piece; waits when too many are not done.
    ///
    /// - Throws: what went wrong with an earlier piece.
    package func add(_ piece: [UInt8]) throws(HubError) {
        while state.withLock({ $0.pieces.count >= Self.maximumPieces }) {
            progress.wait()
            progress.clear()
        }
        if let failure = state.withLock({ $0.failure }) { throw failure }
        state.withLock { $0.pieces.append(piece) }
        work.signal()
    }

    /// Waits until all pieces are done and ends the thread: to be called once, last, whatever happened.
    ///
    /// - Throws: what went wrong with a piece.
    package func finish() throws(HubError) {
        state.withLock { $0.isComplete = true }
        work.signal()
        while !state.withLock({ $0.isOver }) {
            progress.wait()
            progress.clear()
        }
        if let failure = state.withLock({ $0.failure }) { throw failure }
    }
}
