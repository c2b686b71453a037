import Glibc

/// A moment in UTC on the proleptic Gregorian calendar, to the microsecond.
package struct UTCTime: Equatable, Sendable {
    /// Whole seconds since 1970-01-01T00:00:00Z.
    package let seconds: Int64
    /// The rest, from 0 to 999,999.
    package let microsecond: Int

    package init(milliseconds: Int64) {
        let (seconds, millisecond) = milliseconds.divided(by: 1000)
        self.init(seconds: seconds, microsecond: Int(millisecond) * 1000)
    }

    package init(microseconds: Int64) {
        let (seconds, microsecond) = microseconds.divided(by: 1_000_000)
        self.init(seconds: seconds, microsecond: Int(microsecond))
    }

    private init(seconds: Int64, microsecond: Int) {
        self.seconds = seconds
        self.microsecond = microsecond
    }

    package static var now: UTCTime {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return UTCTime(seconds: Int64(time.tv_sec), microsecond: time.tv_nsec / 1000)
    }

    /// `2026-11-21T03:00:30Z`, with as many digits of a second's fraction as asked for, at most six.
    package func text(separator: Character = "T", fractionDigits: Int = 0) -> String {
        let (days, second) = Int(seconds).divided(by: 86_400)
        let (year, month, day) = Self.date(ofDay: days)
        var text = Self.digits(year, 4)
        text.reserveCapacity(32)
        text += "-"
        text += Self.digits(month, 2)
        text += "-"
        text += Self.digits(day, 2)
        text.append(separator)
        text += Self.digits(second / 3600, 2)
        text += ":"
        text += Self.digits(second / 60 % 60, 2)
        text += ":"
        text += Self.digits(second % 60, 2)
        guard fractionDigits > 0 else { return text }
        text += "."
        text += Self.digits(microsecond, 6).prefix(fractionDigits)
        return text
    }

    /// `2026-11-21T03:00:30Z`
    package var iso: String { text() + "Z" }

    /// `2026-11-21T03:00:30.123456Z`, as Jupyter writes dates.
    package var isoWithMicroseconds: String { text(fractionDigits: 6) + "Z" }

    private static func digits(_ value: Int, _ width: Int) -> String {
        let text = String(value)
        let missing = width - text.utf8.count
        return missing > 0 ? String(repeating: "0", count: missing) + text : text
    }
}

// Howard Hinnant, "chrono-compatible low-level date algorithms": days_from_civil and civil_from_days.
extension UTCTime {
    /// Days from 1970-01-01 to a date. A day past the end of its month counts on into the next.
    package static func days(year: Int, month: Int, day: Int) -> Int {
        let shifted = month <= 2 ? year - 1 : year
        let (era, yearOfEra) = shifted.divided(by: 400)
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    package static func days(inMonth month: Int, of year: Int) -> Int {
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        return month == 2 ? (isLeap ? 29 : 28) : [4, 6, 9, 11].contains(month) ? 30 : 31
    }

    /// The date so many days after 1970-01-01.
    package static func date(ofDay days: Int) -> (year: Int, month: Int, day: Int) {
        let shifted = days + 719_468
        let (era, dayOfEra) = shifted.divided(by: 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
    }
}

extension FixedWidthInteger {
    /// The quotient rounded down, and the remainder, which is never negative.
    fileprivate func divided(by divisor: Self) -> (quotient: Self, remainder: Self) {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }
}
