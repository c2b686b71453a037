public import ApusData

extension FeatureColumns {
    /// One column by itself, not rounded to Float: one value per candle, NaN in the warm-up.
    ///
    /// - Throws: `IndicatorError` for a name that is no column's, and for candles with errors.
    public static func values(
        of name: String, for candles: CandleSeries, using library: any IndicatorLibrary = BuiltInIndicators()
    ) throws(IndicatorError) -> [Double] {
        let recipe = try ColumnName(name).recipe
        try candles.checkForIndicators()
        let input = CandleInput(candles)
        var calculations = SharedCalculations([recipe])
        return recipe.value(input, try calculations.take(recipe.needs, input, using: library))
    }
}
