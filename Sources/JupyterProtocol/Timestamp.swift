import Glibc

/// Points in time as message headers write them: ISO 8601, UTC, microseconds.
public enum Timestamp {
    /// Microseconds since 1970-01-01T00:00:00Z.
    public static func now() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000
    }

    /// `2026-11-21T03:00:30.123456Z`
    public static func text(_ microseconds: Int64) -> String {
        let seconds = microseconds.flooredQuotient(1_000_000)
        let days = seconds.flooredQuotient(86_400)
        let (year, month, day) = civil(fromDays: days)
        let second = seconds - days * 86_400
        return "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))T\(padded(second / 3600, 2)):\(padded(second / 60 % 60, 2)):"
            + "\(padded(second % 60, 2)).\(padded(microseconds - seconds * 1_000_000, 6))Z"
    }

    /// The microseconds that a written date may mean: one when it has six digits of fraction, a thousand when it has three.
    ///
    /// Accepts `Z`, an offset (`+01:00`) or nothing (read as UTC) at the end; nil when the text is not such a date.
    public static func range(of text: String) -> ClosedRange<Int64>? {
        var reader = DateReader(bytes: Array(text.utf8))
        return reader.range()
    }

    private static func padded(_ value: Int64, _ width: Int) -> String {
        let digits = String(value)
        return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }

    /// Year, month and day of a day number (Hinnant, "chrono-Compatible Low-Level Date Algorithms").
    private static func civil(fromDays days: Int64) -> (Int64, Int64, Int64) {
        let shifted = days + 719_468
        let era = shifted.flooredQuotient(146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
    }

    fileprivate static func days(year: Int64, month: Int64, day: Int64) -> Int64 {
        let shifted = month <= 2 ? year - 1 : year
        let era = shifted.flooredQuotient(400)
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
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
        let seconds = Timestamp.days(year: year, month: month, day: day) * 86_400 + hour * 3600 + minute * 60 + second - offset
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

extension Int64 {
    fileprivate func flooredQuotient(_ divisor: Int64) -> Int64 {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? quotient - 1 : quotient
    }
}
