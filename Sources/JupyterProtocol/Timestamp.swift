import ApusSystem

/// Points in time as message headers write them: ISO 8601, UTC, microseconds.
public enum Timestamp {
    /// Microseconds since 1970-01-01T00:00:00Z.
    public static func now() -> Int64 {
        let time = UTCTime.now
        return time.seconds * 1_000_000 + Int64(time.microsecond)
    }

    /// `2026-11-21T03:00:30.123456Z`
    public static func text(_ microseconds: Int64) -> String { UTCTime(microseconds: microseconds).isoWithMicroseconds }

    /// The microseconds that a written date may mean: one when it has six digits of fraction, a thousand when it has three.
    ///
    /// Accepts `Z`, an offset (`+01:00`) or nothing (read as UTC) at the end; nil when the text is not such a date.
    public static func range(of text: String) -> ClosedRange<Int64>? {
        var reader = DateReader(bytes: Array(text.utf8))
        return reader.range()
    }
}

private struct DateReader {
    let bytes: [UInt8]
    var position = 0

    init(bytes: [UInt8]) { self.bytes = bytes }

    mutating func range() -> ClosedRange<Int64>? {
        guard let year = number(4), skip("-"), let month = number(2), skip("-"), let day = number(2), skip("T") || skip(" "),
            let hour = number(2), skip(":"), let minute = number(2), skip(":"), let second = number(2),
            (1...12).contains(month), (1...31).contains(day), hour < 24, minute < 60, second <= 60
        else { return nil }
        var fraction: Int64 = 0
        var unit: Int64 = 1_000_000
        if skip(".") || skip(",") {
            while let digit = number(1) {
                guard unit > 1 else { continue }
                unit /= 10
                fraction += digit * unit
            }
        }
        guard let offset = offset(), position == bytes.count else { return nil }
        let days = UTCTime.days(year: Int(year), month: Int(month), day: Int(day))
        let seconds = Int64(days) * 86_400 + hour * 3600 + minute * 60 + second - offset
        let first = seconds * 1_000_000 + fraction
        return first...(first + unit - 1)
    }

    /// Seconds east of Greenwich.
    private mutating func offset() -> Int64? {
        if position == bytes.count || skip("Z") || skip("z") { return 0 }
        let sign: Int64 = skip("-") ? -1 : 1
        if sign == 1, !skip("+") { return nil }
        guard let hours = number(2) else { return nil }
        _ = skip(":")
        return sign * (hours * 3600 + (number(2) ?? 0) * 60)
    }

    private mutating func skip(_ character: Unicode.Scalar) -> Bool {
        guard position < bytes.count, bytes[position] == UInt8(ascii: character) else { return false }
        position += 1
        return true
    }

    private mutating func number(_ digits: Int) -> Int64? {
        guard position + digits <= bytes.count else { return nil }
        var value: Int64 = 0
        for byte in bytes[position..<position + digits] {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
            value = value * 10 + Int64(byte - UInt8(ascii: "0"))
        }
        position += digits
        return value
    }
}
