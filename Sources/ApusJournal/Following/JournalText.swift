import ApusSystem

/// Times as people read them.
public enum JournalText {
    /// Microseconds since 1970, as the journal counts.
    public static var now: Int64 { JournalClock.now }

    /// `0:07`, `12:30`, `1:02:03`.
    public static func duration(_ duration: Duration) -> String {
        let seconds = max(0, duration.components.seconds)
        func padded(_ number: Int64) -> String { number < 10 ? "0\(number)" : String(number) }
        let rest = "\(padded(seconds % 60))"
        return seconds < 3600 ? "\(seconds / 60):\(rest)" : "\(seconds / 3600):\(padded(seconds / 60 % 60)):\(rest)"
    }

    /// `2026-11-21 03:00:30`
    public static func clock(_ microseconds: Int64) -> String { UTCTime(microseconds: microseconds).text(separator: " ") }
}
