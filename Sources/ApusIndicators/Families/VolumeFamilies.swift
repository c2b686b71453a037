extension IndicatorFamily {
    /// Traded amounts, and prices weighted with them.
    static let volumes: [IndicatorFamily] = [
        IndicatorFamily(
            name: "obv", parameters: [], summary: "on-balance volume: volume of candles that rose less that of those that fell", example: "obv"
        ) { _ in .column(of: .technical(.onBalanceVolume), warmUp: 0) },
        IndicatorFamily(
            name: "obv_ratio", parameters: [.period()], summary: "change of obv over PERIOD candles / their volume, -1 to 1; 0 without volume",
            example: "obv_ratio_20"
        ) { parameters in
            let period = parameters[0]
            return ColumnRecipe(warmUp: period) { input, _ in balanceRatio(input, period: period) }
        },
        IndicatorFamily(name: "volume_sma", parameters: [.period()], summary: "moving average of the volume", example: "volume_sma_20") {
            .column(of: .volumeMoments(period: $0[0]), warmUp: $0[0] - 1)
        },
        IndicatorFamily(
            name: "volume_ratio", parameters: [.period()], summary: "volume / volume_sma_PERIOD; 1 where both are 0", example: "volume_ratio_20"
        ) { parameters in
            ColumnRecipe(needs: [.volumeMoments(period: parameters[0])], warmUp: parameters[0] - 1) { input, moments in
                volumeRatio(input.volumes, means: moments[0])
            }
        },
        IndicatorFamily(
            name: "volume_zscore", parameters: [.period()], summary: "volume less its mean, in standard deviations; 0 where they are equal",
            example: "volume_zscore_20"
        ) { parameters in
            ColumnRecipe(needs: [.volumeMoments(period: parameters[0])], warmUp: parameters[0] - 1) { input, moments in
                zScores(input.volumes, means: moments[0], deviations: moments[1])
            }
        },
        IndicatorFamily(
            name: "vwap", parameters: [.period()],
            summary: "mean typical price of PERIOD candles, weighted by volume; unweighted without volume", example: "vwap_24"
        ) { .column(of: .volumeWeightedPrice(period: $0[0]), warmUp: $0[0] - 1) },
        IndicatorFamily(name: "vwap_distance", parameters: [.period()], summary: "close / vwap_PERIOD - 1", example: "vwap_distance_24") {
            .distance(of: .volumeWeightedPrice(period: $0[0]), warmUp: $0[0] - 1)
        },
    ]
}
