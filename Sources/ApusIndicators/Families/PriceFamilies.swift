extension IndicatorFamily {
    /// The candles themselves, and averages of their close.
    static let prices: [IndicatorFamily] = [
        raw("open", "price at the candle's opening") { $0.opens },
        raw("high", "highest price of the candle") { $0.highs },
        raw("low", "lowest price of the candle") { $0.lows },
        raw("close", "price at the candle's end") { $0.closes },
        raw("volume", "traded amount of the base asset") { $0.volumes },
        average("sma", "simple moving average of the close") { .simpleMovingAverage(period: $0) },
        average("ema", "exponential moving average of the close") { .exponentialMovingAverage(period: $0) },
        average("wma", "linearly weighted moving average of the close") { .weightedMovingAverage(period: $0) },
        distance("sma") { .simpleMovingAverage(period: $0) },
        distance("ema") { .exponentialMovingAverage(period: $0) },
        cross("sma") { .simpleMovingAverage(period: $0) },
        cross("ema") { .exponentialMovingAverage(period: $0) },
    ]

    private static func raw(_ name: String, _ summary: String, _ column: @escaping @Sendable (CandleInput) -> [Double]) -> IndicatorFamily {
        IndicatorFamily(name: name, parameters: [], summary: summary, example: name) { _ in
            ColumnRecipe(warmUp: 0) { input, _ in column(input) }
        }
    }

    private static func average(_ name: String, _ summary: String, _ indicator: @escaping @Sendable (Int) -> TechnicalIndicator) -> IndicatorFamily {
        IndicatorFamily(name: name, parameters: [.period()], summary: summary, example: "\(name)_50") { parameters in
            .column(of: .technical(indicator(parameters[0])), warmUp: parameters[0] - 1)
        }
    }

    private static func distance(_ name: String, _ indicator: @escaping @Sendable (Int) -> TechnicalIndicator) -> IndicatorFamily {
        IndicatorFamily(
            name: "\(name)_distance", parameters: [.period()], summary: "close / \(name)_PERIOD - 1", example: "\(name)_distance_50"
        ) { parameters in .distance(of: .technical(indicator(parameters[0])), warmUp: parameters[0] - 1) }
    }

    private static func cross(_ name: String, _ indicator: @escaping @Sendable (Int) -> TechnicalIndicator) -> IndicatorFamily {
        IndicatorFamily(
            name: "\(name)_cross", parameters: [.period("FAST"), .period("SLOW")],
            summary: "\(name)_FAST / \(name)_SLOW - 1: above 0 where the fast average is above the slow one", example: "\(name)_cross_12_26"
        ) { parameters in
            let needs: [Calculation] = [.technical(indicator(parameters[0])), .technical(indicator(parameters[1]))]
            return ColumnRecipe(needs: needs, warmUp: max(parameters[0], parameters[1]) - 1) { _, columns in
                let (fast, slow) = (columns[0], columns[1])
                return fast.indices.map { fast[$0] / slow[$0] - 1 }
            }
        }
    }
}
