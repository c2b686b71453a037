import Dispatch
import Synchronization

/// The bridge from a command, which runs on the main thread, to code that suspends.
enum Blocking {
    /// Runs `body` while this thread waits for its end.
    static func wait<Value: Sendable>(_ body: @escaping @Sendable () async throws -> Value) throws -> Value {
        let outcome = Outcome<Value>()
        let isDone = DispatchSemaphore(value: 0)
        Task {
            do {
                outcome.set(.success(try await body()))
            } catch {
                outcome.set(.failure(error))
            }
            isDone.signal()
        }
        isDone.wait()
        return try outcome.value.get()
    }

    private final class Outcome<Value: Sendable>: Sendable {
        private let result = Mutex<Result<Value, any Error>>(.failure(CancellationError()))
        var value: Result<Value, any Error> { result.withLock { $0 } }
        func set(_ value: Result<Value, any Error>) { result.withLock { $0 = value } }
    }
}
