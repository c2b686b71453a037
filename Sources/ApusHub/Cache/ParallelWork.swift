import ApusThreads
import Synchronization

/// Several transfers at once, each on a thread of its own, seen by the caller as one.
///
/// The caller's `Transfer` is used on the caller's thread only. The first failure stops the others, and is what the caller gets.
final class ParallelWork<Value: Sendable>: Sendable {
    private struct State {
        var next = 0
        var running = 0
        var values: [Value?]
        var failure: HubError?
        var isStopping = false
        /// The newest progress of each file that the caller has not heard of.
        var news: [String: TransferProgress] = [:]
    }

    private let state: Mutex<State>
    private let wakeup = Wakeup()
    private let body: @Sendable (Int, Transfer) throws(HubError) -> Value

    /// How long `shouldStop` may go unasked while nothing happens.
    private static var pollInterval: Duration { .milliseconds(40) }

    private init(count: Int, body: @escaping @Sendable (Int, Transfer) throws(HubError) -> Value) {
        state = Mutex(State(values: Array(repeating: nil, count: count)))
        self.body = body
    }

    /// Runs `body` for 0 to `count` - 1 on up to `workers` threads and returns what it returns, in order.
    static func run(
        count: Int, workers: Int, transfer: Transfer, body: @escaping @Sendable (Int, Transfer) throws(HubError) -> Value
    ) throws(HubError) -> [Value] {
        let work = ParallelWork(count: count, body: body)
        let threads = (0..<min(count, workers)).map { index in
            work.state.withLock { $0.running += 1 }
            return Thread(name: "apus-transfer-\(index)") { work.work() }
        }
        while work.isRunning {
            work.wakeup.wait(timeout: pollInterval)
            work.report(to: transfer)
            if transfer.shouldStop() { work.state.withLock { $0.isStopping = true } }
        }
        for thread in threads { thread.join() }
        work.report(to: transfer)
        let (values, failure) = work.state.withLock { ($0.values, $0.failure) }
        if let failure { throw failure }
        let finished = values.compactMap { $0 }
        guard finished.count == count else { throw HubError.cancelled }
        return finished
    }

    private var isRunning: Bool { state.withLock { $0.running > 0 } }

    private func report(to transfer: Transfer) {
        wakeup.clear()
        let news = state.withLock { state in
            defer { state.news = [:] }
            return state.news
        }
        for path in news.keys.sorted() { transfer.progress(news[path]!) }
    }

    private func work() {
        let transfer = Transfer(
            progress: { news in
                let isFirst = self.state.withLock { state in
                    defer { state.news[news.path] = news }
                    return state.news.isEmpty
                }
                // Who was woken and has not come yet will hear the newest.
                if isFirst { self.wakeup.signal() }
            }, shouldStop: { self.state.withLock { $0.isStopping } })
        while let index = take() {
            do throws(HubError) {
                let value = try body(index, transfer)
                state.withLock { $0.values[index] = value }
            } catch {
                state.withLock { state in
                    // Those that were stopped because of it say less than what went wrong.
                    if state.failure == nil || state.failure?.code == .cancelled { state.failure = error }
                    state.isStopping = true
                }
            }
        }
        state.withLock { $0.running -= 1 }
        wakeup.signal()
    }

    private func take() -> Int? {
        state.withLock { state in
            guard !state.isStopping, state.next < state.values.count else { return nil }
            defer { state.next += 1 }
            return state.next
        }
    }
}
