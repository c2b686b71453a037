import ApusSystem

/// A moment in UTC on the proleptic Gregorian calendar, to the millisecond.
public struct CalendarTime: Equatable, Sendable, CustomStringConvertible {
    public let milliseconds: Int64

    public init(milliseconds: Int64) { self.milliseconds = milliseconds }

    /// - Returns: nil when a part is outside its range (month 13, hour 24, 30 February).
    init?(year: Int, month: Int, day: Int, hour: Int = 0, minute: Int = 0, second: Int = 0, millisecond: Int = 0) {
        guard (1...9999).contains(year), (1...12).contains(month), (1...UTCTime.days(inMonth: month, of: year)).contains(day),
            (0..<24).contains(hour),
            (0..<60).contains(minute), (0..<60).contains(second), (0..<1000).contains(millisecond)
        else { return nil }
        let seconds = ((UTCTime.days(year: year, month: month, day: day) * 24 + hour) * 60 + minute) * 60 + second
        milliseconds = Int64(seconds) * 1000 + Int64(millisecond)
    }

    /// `2023-01-01 00:15:00`, with a fraction only when there is one.
    public var description: String { text(separator: " ") }

    /// `2023-01-01T00:15:00Z`
    var isoText: String { text(separator: "T") + "Z" }

    private func text(separator: Character) -> String {
        UTCTime(milliseconds: milliseconds).text(separator: separator, fractionDigits: milliseconds % 1000 == 0 ? 0 : 3)
    }

    /// The present moment, to the second.
    static var now: CalendarTime { CalendarTime(milliseconds: UTCTime.now.seconds * 1000) }
}
