extension IndicatorFamily {
    /// RSI and its like, rates of change.
    static let oscillators: [IndicatorFamily] = [
        simple("rsi", 14, "relative strength index after Wilder, 0 to 100; 0 where the price has never moved") {
            (.relativeStrengthIndex(period: $0), $0)
        },
        stochastic("stoch_k", 0, "slow stochastic: where the close lies in the range of PERIOD candles, 0 to 100; 0 for a range of zero"),
        stochastic("stoch_d", 1, "moving average of stoch_k, 0 to 100"),
        simple("williams_r", 14, "Williams' %R: how far the close is below the highest high, -100 to 0; 0 for a range of zero") {
            (.williamsR(period: $0), $0 - 1)
        },
        simple("cci", 20, "commodity channel index: distance of the typical price to its mean; 0 where nothing moves") {
            (.commodityChannelIndex(period: $0), $0 - 1)
        },
        simple("mfi", 14, "money flow index, 0 to 100: an RSI of volume; 0 without volume") { (.moneyFlowIndex(period: $0), $0) },
        simple("roc", 10, atLeast: 1, "change of the close since PERIOD candles ago, in percent") { (.rateOfChange(period: $0), $0) },
        simple("momentum", 10, atLeast: 1, "change of the close since PERIOD candles ago, in units of price") { (.momentum(period: $0), $0) },
    ]

    static func simple(
        _ name: String, _ usual: Int, atLeast least: Int = 2, _ summary: String,
        _ indicator: @escaping @Sendable (Int) -> (TechnicalIndicator, warmUp: Int)
    ) -> IndicatorFamily {
        IndicatorFamily(name: name, parameters: [.period(atLeast: least)], summary: summary, example: "\(name)_\(usual)") { parameters in
            let (indicator, warmUp) = indicator(parameters[0])
            return .column(of: .technical(indicator), warmUp: warmUp)
        }
    }

    private static func stochastic(_ name: String, _ column: Int, _ summary: String) -> IndicatorFamily {
        IndicatorFamily(
            name: name, parameters: [.period(), .period("SMOOTHING", atLeast: 1, usual: 3), .period("SIGNAL", atLeast: 1, usual: 3)],
            summary: summary, example: "\(name)_14"
        ) { parameters in
            let (period, smoothing, signal) = (parameters[0], parameters[1], parameters[2])
            return .column(
                column, of: .technical(.stochastic(period: period, smoothing: smoothing, signal: signal)),
                warmUp: period + smoothing + signal - 3)
        }
    }
}
