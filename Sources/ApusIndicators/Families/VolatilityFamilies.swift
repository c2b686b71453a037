extension IndicatorFamily {
    /// Ranges, bands and volatilities.
    static let volatilities: [IndicatorFamily] = [
        IndicatorFamily(
            name: "true_range", parameters: [], summary: "range of the candle and the close before it, in units of price", example: "true_range"
        ) { _ in .column(of: .technical(.trueRange), warmUp: 1) },
        simple("atr", 14, "average true range after Wilder, in units of price") { (.averageTrueRange(period: $0), $0) },
        simple("natr", 14, "average true range in percent of the close") { (.normalizedAverageTrueRange(period: $0), $0) },
        bands("bb_middle", "middle Bollinger band: moving average of the close") { _, bands in bands[0] },
        bands("bb_upper", "upper Bollinger band: DEVIATIONS standard deviations above the middle") { _, bands in bands[1] },
        bands("bb_lower", "lower Bollinger band: DEVIATIONS standard deviations below the middle") { _, bands in bands[2] },
        bands("bb_width", "(upper - lower) / middle Bollinger band") { _, bands in
            bands[0].indices.map { (bands[1][$0] - bands[2][$0]) / bands[0][$0] }
        },
        bands("bb_percent", "where the close lies between the Bollinger bands: 0 lower, 1 upper; 0.5 where they meet") { input, bands in
            let closes = input.closes
            return closes.indices.map { index in
                let width = bands[1][index] - bands[2][index]
                return width == 0 ? 0.5 : (closes[index] - bands[2][index]) / width
            }
        },
        IndicatorFamily(
            name: "realized_volatility", parameters: [.period()],
            summary: "square root of the sum of PERIOD squared log returns, not annualised", example: "realized_volatility_24"
        ) { parameters in
            let period = parameters[0]
            return ColumnRecipe(warmUp: period) { input, _ in realizedVolatility(input.squaredLogReturns, period: period) }
        },
        IndicatorFamily(
            name: "parkinson", parameters: [.period()], summary: "Parkinson's volatility a candle, from highs and lows", example: "parkinson_24"
        ) { parameters in
            let period = parameters[0]
            return ColumnRecipe(warmUp: period - 1) { input, _ in parkinsonVolatility(input.squaredLogRanges, period: period) }
        },
    ]

    private static func bands(
        _ name: String, _ summary: String, _ value: @escaping @Sendable (CandleInput, [[Double]]) -> [Double]
    ) -> IndicatorFamily {
        let deviations = Parameter(name: "DEVIATIONS", range: 0.01...100, usual: 2, isWhole: false)
        return IndicatorFamily(
            name: name, parameters: [.period(usual: 20), deviations], summary: summary, example: "\(name)_20_2"
        ) { parameters in
            let bands = Calculation.technical(.bollingerBands(period: parameters[0], deviations: parameters.values[1]))
            return ColumnRecipe(needs: [bands], warmUp: parameters[0] - 1, value: value)
        }
    }
}
