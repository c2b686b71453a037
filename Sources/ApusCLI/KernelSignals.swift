import CLinux
import Glibc

/// The signals to a kernel, read from a descriptor instead of interrupting some thread.
///
/// Child processes inherit the blocked signals; whoever starts one resets them.
struct KernelSignals: ~Copyable {
    let descriptor: Int32

    /// Blocks SIGINT, SIGTERM and SIGHUP for this thread and all that it starts, and ignores SIGPIPE.
    init() {
        var signals = sigset_t()
        sigemptyset(&signals)
        for signal in [SIGINT, SIGTERM, SIGHUP] { sigaddset(&signals, signal) }
        pthread_sigmask(SIG_BLOCK, &signals, nil)
        signal(SIGPIPE, SIG_IGN)
        descriptor = clinux_signalfd(&signals)
    }

    deinit { close(descriptor) }

    /// The number of a signal that came, nil when none is left.
    func next() -> Int32? {
        let number = clinux_next_signal(descriptor)
        return number == 0 ? nil : number
    }
}
