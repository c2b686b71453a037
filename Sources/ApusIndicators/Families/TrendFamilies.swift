extension IndicatorFamily {
    /// MACD and directional movement.
    static let trends: [IndicatorFamily] = [
        macd("macd", 0, "EMA of the fast period less EMA of the slow one"),
        macd("macd_signal", 1, "EMA of macd"),
        macd("macd_histogram", 2, "macd less macd_signal"),
        macd("macd_relative", 0, "macd / close", isRelative: true),
        macd("macd_signal_relative", 1, "macd_signal / close", isRelative: true),
        macd("macd_histogram_relative", 2, "macd_histogram / close", isRelative: true),
        directional("adx", 0, "average directional movement index, 0 to 100: the strength of a trend, whichever way") { 2 * $0 - 1 },
        directional("plus_di", 1, "directional indicator of rising highs, 0 to 100; 0 without any range") { $0 },
        directional("minus_di", 2, "directional indicator of falling lows, 0 to 100; 0 without any range") { $0 },
    ]

    private static func macd(_ name: String, _ column: Int, _ summary: String, isRelative: Bool = false) -> IndicatorFamily {
        IndicatorFamily(
            name: name, parameters: [.period("FAST", usual: 12), .period("SLOW", usual: 26), .period("SIGNAL", usual: 9)],
            summary: summary, example: "\(name)_12_26_9"
        ) { parameters in
            let (fast, slow, signal) = (parameters[0], parameters[1], parameters[2])
            let macd = Calculation.technical(.movingAverageConvergenceDivergence(fast: fast, slow: slow, signal: signal))
            let warmUp = max(fast, slow) + signal - 2
            guard isRelative else { return .column(column, of: macd, warmUp: warmUp) }
            return ColumnRecipe(needs: [macd], warmUp: warmUp) { input, columns in
                let (closes, values) = (input.closes, columns[column])
                return closes.indices.map { values[$0] / closes[$0] }
            }
        }
    }

    private static func directional(
        _ name: String, _ column: Int, _ summary: String, warmUp: @escaping @Sendable (Int) -> Int
    ) -> IndicatorFamily {
        IndicatorFamily(name: name, parameters: [.period()], summary: summary, example: "\(name)_14") { parameters in
            .column(column, of: .technical(.directionalMovement(period: parameters[0])), warmUp: warmUp(parameters[0]))
        }
    }
}
