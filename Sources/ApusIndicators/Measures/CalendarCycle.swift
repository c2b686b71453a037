import Glibc

/// Where a candle's opening lies in the day or the week (UTC), as a point on a circle.
enum CalendarCycle {
    private static let millisecondsOfDay: Int64 = 86_400_000

    /// The angle of the time of day: a turn in 24 hours, 0 at midnight.
    static func timeOfDay(_ openTimes: [Int64], _ function: (Double) -> Double) -> [Double] {
        openTimes.map { time in
            let rest = ((time % millisecondsOfDay) + millisecondsOfDay) % millisecondsOfDay
            return function(2 * .pi * Double(rest) / Double(millisecondsOfDay))
        }
    }

    /// The angle of the day of the week: a turn in 7 days, 0 on Mondays, the same all day.
    static func dayOfWeek(_ openTimes: [Int64], _ function: (Double) -> Double) -> [Double] {
        let values = (0..<7).map { function(2 * .pi * Double($0) / 7) }
        return openTimes.map { time in
            let day = time >= 0 ? time / millisecondsOfDay : (time + 1) / millisecondsOfDay - 1
            // 1 January 1970 was a Thursday.
            return values[Int(((day + 3) % 7 + 7) % 7)]
        }
    }
}
