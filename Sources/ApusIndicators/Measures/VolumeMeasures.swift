/// Rolling VWAP: sum of typical price times volume over the sum of volume, of the last `period` candles.
///
/// Without any volume in the window: the mean of the typical prices.
func rollingVolumeWeightedPrice(_ input: CandleInput, period: Int) -> [Double] {
    let (highs, lows, closes, volumes) = (input.highs, input.lows, input.closes, input.volumes)
    let prices = Indicators.typicalPrices(highs: highs, lows: lows, closes: closes)
    let amounts = rollingSum(volumes, period: period)
    var result = rollingSum(prices.indices.map { prices[$0] * volumes[$0] }, period: period)
    for index in result.indices {
        if amounts[index] == 0 {
            result[index] = prices[index + 1 - period...index].reduce(0, +) / Double(period)
        } else {
            result[index] /= amounts[index]
        }
    }
    return result
}

/// Volume over its mean; 1 where the mean is 0, as the volume is then what it usually is.
func volumeRatio(_ volumes: [Double], means: [Double]) -> [Double] {
    volumes.indices.map { means[$0] == 0 ? 1 : volumes[$0] / means[$0] }
}

/// Share of the volume of `period` candles that went up less the share that went down, -1 to 1; 0 without volume.
func balanceRatio(_ input: CandleInput, period: Int) -> [Double] {
    let (closes, volumes) = (input.closes, input.volumes)
    let signed = closes.indices.map { index -> Double in
        guard index > 0 else { return .nan }
        return closes[index] > closes[index - 1] ? volumes[index] : closes[index] < closes[index - 1] ? -volumes[index] : 0
    }
    let (balances, amounts) = (rollingSum(signed, period: period), rollingSum(volumes, period: period))
    return balances.indices.map { amounts[$0] == 0 ? 0 : balances[$0] / amounts[$0] }
}
