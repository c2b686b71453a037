import Glibc

/// Now, as Jupyter writes dates: `2026-11-21T03:00:00.123456Z`.
package enum Timestamp {
    package static func now() -> String {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return text(seconds: time.tv_sec, microseconds: time.tv_nsec / 1000)
    }

    package static func text(seconds: Int, microseconds: Int) -> String {
        var seconds = seconds
        var parts = tm()
        gmtime_r(&seconds, &parts)
        let date = "\(digits(Int(parts.tm_year) + 1900, 4))-\(digits(Int(parts.tm_mon) + 1, 2))-\(digits(Int(parts.tm_mday), 2))"
        let clock = "\(digits(Int(parts.tm_hour), 2)):\(digits(Int(parts.tm_min), 2)):\(digits(Int(parts.tm_sec), 2))"
        return "\(date)T\(clock).\(digits(microseconds, 6))Z"
    }

    private static func digits(_ value: Int, _ count: Int) -> String {
        let text = String(value)
        return String(repeating: "0", count: max(0, count - text.utf8.count)) + text
    }
}

extension Duration {
    /// Seconds with a fraction.
    package var seconds: Double { Double(components.seconds) + Double(components.attoseconds) * 1e-18 }

    /// `7 ms`, `0.25 s`, `12.3 s`, `3 min 20 s`, for people.
    package var spoken: String {
        let value = seconds
        if value >= 120 {
            let whole = Int(value.rounded())
            return "\(whole / 60) min \(whole % 60) s"
        }
        if value < 0.1 { return "\(Int((value * 1000).rounded())) ms" }
        return value >= 10 ? "\(Self.decimal(value, 1)) s" : "\(Self.decimal(value, 2)) s"
    }

    /// Seconds with three decimals, for files.
    package var decimalSeconds: String { Self.decimal(seconds, 3) }

    /// `value` with exactly so many decimals.
    private static func decimal(_ value: Double, _ places: Int) -> String {
        let scale = [1, 10, 100, 1000][places]
        let scaled = Int((value * Double(scale)).rounded())
        let fraction = String(scaled % scale)
        return "\(scaled / scale)." + String(repeating: "0", count: places - fraction.utf8.count) + fraction
    }
}
