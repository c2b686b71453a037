import ApusData

/// Work that several columns may share. Equal calculations are done once.
enum Calculation: Hashable, Sendable {
    case technical(TechnicalIndicator)
    /// Columns: mean, deviation and skew of the log returns.
    case returnMoments(period: Int)
    /// Columns: lowest and highest log return.
    case returnExtremes(period: Int)
    /// Columns: mean and deviation of the volume. Never TA-Lib's: its running sum leaves a rest where nothing is traded any more.
    case volumeMoments(period: Int)
    /// Mean price weighted by volume.
    case volumeWeightedPrice(period: Int)
    /// Columns: lowest low, highest high.
    case priceExtremes(period: Int)

    func columns(_ input: CandleInput, using library: any IndicatorLibrary) throws(IndicatorError) -> [[Double]] {
        switch self {
        case .technical(let indicator):
            return try library.columns(of: indicator, for: input.candles)
        case .returnMoments(let period):
            let moments = rollingMoments(input.logReturns, period: period)
            return [moments.means, moments.deviations, moments.skews]
        case .returnExtremes(let period):
            return [rollingLowest(input.logReturns, period: period), rollingHighest(input.logReturns, period: period)]
        case .volumeMoments(let period):
            let moments = rollingMoments(input.volumes, period: period)
            return [moments.means, moments.deviations]
        case .volumeWeightedPrice(let period):
            return [rollingVolumeWeightedPrice(input, period: period)]
        case .priceExtremes(let period):
            return [rollingLowest(input.lows, period: period), rollingHighest(input.highs, period: period)]
        }
    }
}
