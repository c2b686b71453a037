extension FeatureColumns {
    /// The named sets, for help and completion.
    public static let setNames = ["regressor", "price-action"]

    /// The set of that name.
    ///
    /// - Throws: `IndicatorError` with the names there are.
    public static func named(_ name: String) throws(IndicatorError) -> FeatureColumns {
        switch name {
        case "regressor": return regressor
        case "price-action": return priceAction
        default:
            throw IndicatorError(.unknownColumn, "there is no set of columns '\(name)'; the sets are \(setNames.joined(separator: " and "))")
        }
    }

    /// 80 columns for predicting returns. All are relative: none depends on the level of price or volume, none looks ahead.
    public static let regressor = known(
        ["log_return"] + (1...12).map { "return_lag_\($0)" } + ["roc_3", "roc_6", "roc_12", "roc_24", "roc_48"]
            + [6, 12, 24, 48].flatMap { ["return_mean_\($0)", "return_std_\($0)"] }
            + ["return_min_24", "return_max_24", "return_skew_24", "return_zscore_24"]
            + ["realized_volatility_6", "realized_volatility_24", "realized_volatility_72", "parkinson_12", "parkinson_24", "parkinson_48"]
            + ["natr_7", "natr_14", "natr_28", "rsi_7", "rsi_14", "rsi_28", "stoch_k_14", "stoch_d_14", "williams_r_14", "cci_20", "mfi_14"]
            + ["adx_14", "plus_di_14", "minus_di_14", "macd_relative", "macd_signal_relative", "macd_histogram_relative"]
            + ["bb_width", "bb_percent"]
            + ["ema_distance_9", "ema_distance_21", "ema_distance_50", "ema_distance_200", "sma_distance_20", "sma_distance_100"]
            + ["ema_cross_9_21", "ema_cross_12_26", "ema_cross_50_200"]
            + ["volume_ratio_20", "volume_zscore_20", "volume_zscore_50", "obv_ratio_20", "vwap_distance_24"]
            + ["support_distance_20", "resistance_distance_20", "support_distance_50", "resistance_distance_50"]
            + ["candle_body", "candle_upper_shadow", "candle_lower_shadow"]
            + ["time_of_day_sin", "time_of_day_cos", "day_of_week_sin", "day_of_week_cos"])

    /// The 14 columns of the price-action transformer, in their order.
    public static let priceAction = known([
        "open", "high", "low", "close", "volume", "rsi_14", "atr_14", "ema_50", "ema_200", "bb_middle", "bb_upper", "bb_lower", "bb_width",
        "bb_percent",
    ])

    private static func known(_ names: [String]) -> FeatureColumns {
        do {
            return try FeatureColumns(names)
        } catch {
            preconditionFailure("a set of this file names a column that does not exist: \(error)")
        }
    }
}
