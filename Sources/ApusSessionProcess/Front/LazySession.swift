import ApusSession
import Synchronization

/// A session that is made when it is first needed.
final class LazySession: Sendable {
    private let make: @Sendable () -> any Session
    private let made = Mutex<(any Session)?>(nil)

    init(_ make: @escaping @Sendable () -> any Session) { self.make = make }

    var session: any Session {
        made.withLock { made in
            if let made { return made }
            let session = make()
            made = session
            return session
        }
    }

    func close() async { await made.withLock { $0 }?.close() }
}
