public import ApusJSON
import Glibc
import Synchronization

/// Writes the headers of one kernel instance: its session id, unique message ids, dates.
public final class MessageFactory: Sendable {
    /// A new one for each process, so that clients notice a restart.
    public let session: String
    private let prefix: String
    private let count = Atomic<Int>(0)

    public init() {
        var random = SystemRandomNumberGenerator()
        session = (0..<2).map { _ in
            let digits = String(random.next(), radix: 16)
            return String(repeating: "0", count: 16 - digits.utf8.count) + digits
        }.joined()
        prefix = "\(session)_\(getpid())_"
    }

    /// A message ready to be sent; `parent` is the header that caused it.
    public func message(
        _ type: String, _ content: JSONObject, parent: MessageHeader?, identities: [Frame], metadata: JSONObject = [:]
    ) -> Message {
        let number = count.wrappingAdd(1, ordering: .relaxed).newValue
        let header = MessageHeader(
            id: prefix + String(number), session: session, username: "kernel", type: type, date: Timestamp.text(Timestamp.now()))
        return Message(identities: identities, header: header, parentHeader: parent?.bytes, metadata: metadata, content: content)
    }
}
