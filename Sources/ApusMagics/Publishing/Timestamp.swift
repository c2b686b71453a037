import Glibc

/// The present moment as ISO 8601 in UTC: `2026-11-21T03:00:00Z`.
enum Timestamp {
    static func now() -> String {
        var seconds = time(nil)
        var calendar = tm()
        gmtime_r(&seconds, &calendar)
        func two(_ value: Int32) -> String { value < 10 ? "0\(value)" : "\(value)" }
        let date = "\(calendar.tm_year + 1900)-\(two(calendar.tm_mon + 1))-\(two(calendar.tm_mday))"
        return "\(date)T\(two(calendar.tm_hour)):\(two(calendar.tm_min)):\(two(calendar.tm_sec))Z"
    }
}
