/// Has a server at hand while there are questions: starts it with the first one, and again when it has ended or hangs, but not for ever.
///
/// For one thread.
final class ServerKeeper {
    /// After so many failures in a row, without an answer between them, it is left alone for a while.
    private static let mostFailures = 2

    private let patience: Duration
    private let pause: Duration
    private var server: SwiftServer?
    private var failures = 0
    private var lastFailure = ContinuousClock.Instant.now

    /// - Parameters:
    ///   - patience: How long a request may have no answer until the server is taken to hang: longer than a question waits, because the first one
    ///     reads all modules.
    ///   - pause: How long a server that fails again and again is left alone.
    init(patience: Duration, pause: Duration) {
        self.patience = patience
        self.pause = pause
    }

    /// Asks the server. A server that ended since the last question is replaced, one that ends with this question is not asked again: the
    /// question may have been the reason.
    ///
    /// - Parameter start: Starts a server.
    func ask<Answer>(
        until deadline: ContinuousClock.Instant, start: () throws(ServerFailure) -> SwiftServer, _ body: (SwiftServer) throws(ServerFailure) -> Answer
    ) throws(ServerFailure) -> Answer {
        let server = try ready(until: deadline, start)
        do {
            let answer = try body(server)
            failures = 0
            return answer
        } catch {
            switch error {
            case .late, .refused: break
            case .notStarted, .ended, .garbage, .givenUp: fail()
            }
            throw error
        }
    }

    /// Ends the server; the next question starts another one.
    func stop() { server = nil }

    private func ready(until deadline: ContinuousClock.Instant, _ start: () throws(ServerFailure) -> SwiftServer) throws(ServerFailure) -> SwiftServer
    {
        if let server {
            do {
                try server.catchUp(until: deadline)
                guard let oldest = server.oldestOpenRequest, oldest + patience < .now else { return server }
            } catch {}
            fail()
        }
        guard failures < Self.mostFailures || lastFailure + pause < .now else { throw .givenUp }
        do {
            let started = try start()
            server = started
            return started
        } catch {
            fail()
            throw error
        }
    }

    private func fail() {
        server = nil
        failures += 1
        lastFailure = .now
    }
}
