import Dispatch
import Glibc

/// Takes SIGINT and SIGTERM on a thread of its own, where any work may be done.
///
/// Made before any other thread starts: threads inherit that these signals are blocked, so nobody else gets them.
struct SignalWatch {
    private let queue = DispatchQueue(label: "apus.signals")
    private let signals: sigset_t

    init() {
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, SIGINT)
        sigaddset(&signals, SIGTERM)
        pthread_sigmask(SIG_BLOCK, &signals, nil)
        self.signals = signals
    }

    /// Calls `handler` with each signal and how many came before it.
    func start(_ handler: @escaping @Sendable (_ signal: Int32, _ earlier: Int) -> Void) {
        queue.async { [signals] in
            var signals = signals
            pthread_sigmask(SIG_BLOCK, &signals, nil)
            var count = 0
            while true {
                var signal: Int32 = 0
                guard sigwait(&signals, &signal) == 0 else { continue }
                handler(signal, count)
                count += 1
            }
        }
    }
}
