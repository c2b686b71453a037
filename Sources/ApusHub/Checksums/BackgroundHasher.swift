import ApusThreads
import Synchronization

/// Hashes content on a thread of its own, so that a transfer does not wait for it; memory stays bounded, because then the transfer does.
package final class BackgroundHasher: Sendable {
    private struct State {
        /// Pieces that are not hashed yet, in order.
        var pieces: [[UInt8]] = []
        /// Emptied buffers to use again.
        var spare: [[UInt8]] = []
        var isComplete = false
        var digits: String?
    }

    private let state = Mutex(State())
    /// Signalled when the hasher has something to do, and when its user has.
    private let work = Wakeup()
    private let progress = Wakeup()

    /// Pieces that may wait; a piece is about as much as arrives at once, half a mebibyte.
    private static let maximumPieces = 4

    /// - Parameter hasher: in its first state.
    package init(_ hasher: ContentHasher) {
        // The thread keeps this object until it has seen the end.
        let thread = Thread(name: "apus-checksum") { self.run(hasher) }
        _ = thread
    }

    private func run(_ hasher: ContentHasher) {
        var hasher = hasher
        while true {
            work.wait()
            work.clear()
            while var piece = state.withLock({ $0.pieces.isEmpty ? nil : $0.pieces.removeFirst() }) {
                hasher.update(piece)
                piece.removeAll(keepingCapacity: true)
                state.withLock { $0.spare.append(piece) }
                progress.signal()
            }
            let isOver = state.withLock { state in
                guard state.isComplete, state.pieces.isEmpty else { return false }
                state.digits = hasher.digits()
                return true
            }
            if isOver { return progress.signal() }
        }
    }

    /// Takes a piece; waits when too many are not hashed yet.
    package func update(_ bytes: UnsafeRawBufferPointer) {
        while state.withLock({ $0.pieces.count >= Self.maximumPieces }) {
            progress.wait()
            progress.clear()
        }
        var piece = state.withLock { $0.spare.popLast() } ?? []
        piece.append(contentsOf: bytes)
        state.withLock { $0.pieces.append(piece) }
        work.signal()
    }

    /// The digest of everything in hexadecimal digits. To be called once, last, also when nobody wants the digest: it ends the thread.
    @discardableResult
    package func finish() -> String {
        state.withLock { $0.isComplete = true }
        work.signal()
        while true {
            if let digits = state.withLock({ $0.digits }) { return digits }
            progress.wait()
            progress.clear()
        }
    }
}
