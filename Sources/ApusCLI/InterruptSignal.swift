import ArgumentParser
import Glibc

/// Holds SIGINT back, so that a long operation can notice it, clean up after itself and end with exit code 130.
struct InterruptSignal {
    init() {
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, SIGINT)
        pthread_sigmask(SIG_BLOCK, &signals, nil)
    }

    var isPending: Bool {
        var signals = sigset_t()
        sigpending(&signals)
        return sigismember(&signals, SIGINT) == 1
    }

    func exitIfCancelled<Result>(_ body: () throws -> Result) throws -> Result {
        do { return try body() } catch is CancellationError { throw ExitCode(130) }
    }
}
