extension IndicatorFamily {
    /// Log returns, earlier ones, and their distribution in a window.
    static let returns: [IndicatorFamily] = [
        IndicatorFamily(name: "log_return", parameters: [], summary: "log(close / previous close)", example: "log_return") { _ in
            ColumnRecipe(warmUp: 1) { input, _ in input.logReturns }
        },
        IndicatorFamily(
            name: "return_lag", parameters: [.period("CANDLES", atLeast: 1)], summary: "log return of CANDLES candles ago", example: "return_lag_3"
        ) { parameters in
            let lag = parameters[0]
            return ColumnRecipe(warmUp: lag + 1) { input, _ in
                let returns = input.logReturns
                return returns.indices.map { $0 < lag ? .nan : returns[$0 - lag] }
            }
        },
        moment("return_mean", "mean of PERIOD log returns") { _, moments in moments[0] },
        moment("return_std", "population standard deviation of PERIOD log returns") { _, moments in moments[1] },
        moment("return_skew", "skewness of PERIOD log returns; 0 where they are equal") { _, moments in moments[2] },
        moment("return_zscore", "log return less the mean of PERIOD, in standard deviations; 0 where they are equal") { input, moments in
            zScores(input.logReturns, means: moments[0], deviations: moments[1])
        },
        extreme("return_min", 0, "lowest of PERIOD log returns"),
        extreme("return_max", 1, "highest of PERIOD log returns"),
    ]

    private static func moment(
        _ name: String, _ summary: String, _ value: @escaping @Sendable (CandleInput, [[Double]]) -> [Double]
    ) -> IndicatorFamily {
        IndicatorFamily(name: name, parameters: [.period()], summary: summary, example: "\(name)_24") { parameters in
            ColumnRecipe(needs: [.returnMoments(period: parameters[0])], warmUp: parameters[0], value: value)
        }
    }

    private static func extreme(_ name: String, _ column: Int, _ summary: String) -> IndicatorFamily {
        IndicatorFamily(name: name, parameters: [.period()], summary: summary, example: "\(name)_24") { parameters in
            .column(column, of: .returnExtremes(period: parameters[0]), warmUp: parameters[0])
        }
    }
}
