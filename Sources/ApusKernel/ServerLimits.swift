import ApusThreads
import Glibc
import Synchronization

/// Keeps what cells publish below the limits of a Jupyter server, which drops what exceeds them: by default 1,000 messages and
/// 1,000,000 bytes a second, each as the mean over 3 seconds (`iopub_msg_rate_limit`, `iopub_data_rate_limit`, `rate_limit_window`).
///
/// The server counts the bytes of `stream` messages only, and no status, comm_open or execute_input message. So a text that would
/// exceed the bytes goes out as `display_data`, and messages wait for their turn, which slows the cell that floods and no other.
/// Half a second that the server is late leaves room in the figures below.
public final class ServerLimits: Sendable {
    /// An amount that is spent and fills again.
    struct Bucket {
        let capacity: Double
        /// A second.
        let rate: Double
        var level: Double
        var time: Duration

        init(capacity: Double, rate: Double, now: Duration) {
            (self.capacity, self.rate, level, time) = (capacity, rate, capacity, now)
        }

        /// Spends `amount` if it is there; else says how long that takes.
        mutating func spend(_ amount: Double, now: Duration) -> Duration? {
            level = min(capacity, level + rate * ((now - time) / .seconds(1)))
            time = now
            guard level < amount else {
                level -= amount
                return nil
            }
            return .seconds((amount - level) / rate)
        }
    }

    /// In any 3 seconds at most 500 + 3 · 650 = 2,450 of 3,000 messages, and 1,000,000 + 3 · 500,000 = 2,500,000 of 3,000,000 bytes.
    private struct Buckets {
        var messages: Bucket
        var bytes: Bucket
    }

    private let buckets: Mutex<Buckets>
    private let now: @Sendable () -> Duration
    private let sleep: @Sendable (Duration) -> Void

    public convenience init() {
        let start = ContinuousClock.now
        self.init(now: { ContinuousClock.now - start }, sleep: { usleep(UInt32(max(1, $0 / .microseconds(1)))) })
    }

    package init(now: @escaping @Sendable () -> Duration, sleep: @escaping @Sendable (Duration) -> Void) {
        self.now = now
        self.sleep = sleep
        buckets = Mutex(
            Buckets(
                messages: Bucket(capacity: 500, rate: 650, now: now()), bytes: Bucket(capacity: 1_000_000, rate: 500_000, now: now())))
    }

    /// The limits where a Jupyter server started the kernel; nil elsewhere, as nobody drops anything there.
    public static func standard(environment: (String) -> String?) -> ServerLimits? {
        // Set by jupyter_server for the kernels of notebooks and consoles, and by the kernel gateways.
        environment("JPY_SESSION_NAME") != nil || environment("KERNEL_GATEWAY") != nil ? ServerLimits() : nil
    }

    /// Waits until one more message may leave.
    package func waitForMessage() {
        while let pause = buckets.withLock({ $0.messages.spend(1, now: now()) }) { sleep(pause) }
    }

    /// Whether a stream message with so much text may leave; if so, it is counted.
    package func admitStream(_ text: String) -> Bool {
        buckets.withLock { $0.bytes.spend(Double(Self.size(text)), now: now()) == nil }
    }

    /// Bytes on the wire: JSON escapes line breaks and quotes; header, parent and signature come to less than 1 KB.
    private static func size(_ text: String) -> Int {
        var size = text.utf8.count + 1024
        for byte in text.utf8 where byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") {
            size += byte == UInt8(ascii: "\n") || byte >= 0x20 ? 1 : 5
        }
        return size
    }

    /// In UTF-8 bytes: the largest display that stands for text.
    package static let largestPiece = 1 << 20

    /// A text in pieces that are not too large, whole lines where there are line breaks.
    package static func pieces(of text: String) -> [String] {
        var pieces: [String] = []
        var rest = text.utf8[...]
        while rest.count > largestPiece {
            let part = rest.prefix(largestPiece)
            var end = part.lastIndex(of: UInt8(ascii: "\n")).map { rest.index(after: $0) } ?? part.endIndex
            // Whole scalars in any case.
            while end > rest.startIndex, end < rest.endIndex, rest[end] & 0xC0 == 0x80 { end = rest.index(before: end) }
            pieces.append(String(decoding: rest[..<end], as: UTF8.self))
            rest = rest[end...]
        }
        if !rest.isEmpty { pieces.append(String(decoding: rest, as: UTF8.self)) }
        return pieces
    }
}
