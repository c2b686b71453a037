import Glibc

extension IndicatorFamily {
    /// Support and resistance, the candle's own shape, the calendar.
    static let shapes: [IndicatorFamily] = [
        extreme("support", 0, "lowest low of PERIOD candles, this one included"),
        extreme("resistance", 1, "highest high of PERIOD candles, this one included"),
        distance("support", 0, "at least 0"),
        distance("resistance", 1, "at most 0"),
        plain("candle_body", "(close - open) / (high - low), -1 to 1; 0 for a candle without range") { CandleShape.body($0) },
        plain("candle_upper_shadow", "share of the range above open and close, 0 to 1; 0 for a candle without range") {
            CandleShape.upperShadow($0)
        },
        plain("candle_lower_shadow", "share of the range below open and close, 0 to 1; 0 for a candle without range") {
            CandleShape.lowerShadow($0)
        },
        plain("time_of_day_sin", "sine of the opening time, a turn a day, UTC") { CalendarCycle.timeOfDay($0.candles.openTimes, sin) },
        plain("time_of_day_cos", "cosine of the opening time, a turn a day, UTC") { CalendarCycle.timeOfDay($0.candles.openTimes, cos) },
        plain("day_of_week_sin", "sine of the day of the week, 0 on Mondays, UTC") { CalendarCycle.dayOfWeek($0.candles.openTimes, sin) },
        plain("day_of_week_cos", "cosine of the day of the week, 1 on Mondays, UTC") { CalendarCycle.dayOfWeek($0.candles.openTimes, cos) },
    ]

    private static func plain(_ name: String, _ summary: String, _ value: @escaping @Sendable (CandleInput) -> [Double]) -> IndicatorFamily {
        IndicatorFamily(name: name, parameters: [], summary: summary, example: name) { _ in ColumnRecipe(warmUp: 0) { input, _ in value(input) } }
    }

    private static func extreme(_ name: String, _ column: Int, _ summary: String) -> IndicatorFamily {
        IndicatorFamily(name: name, parameters: [.period()], summary: summary, example: "\(name)_20") {
            .column(column, of: .priceExtremes(period: $0[0]), warmUp: $0[0] - 1)
        }
    }

    private static func distance(_ name: String, _ column: Int, _ range: String) -> IndicatorFamily {
        IndicatorFamily(
            name: "\(name)_distance", parameters: [.period()], summary: "close / \(name)_PERIOD - 1, \(range)", example: "\(name)_distance_20"
        ) { .distance(to: column, of: .priceExtremes(period: $0[0]), warmUp: $0[0] - 1) }
    }
}
