import Glibc

/// Realised volatility: square root of the sum of the last `period` squared log returns, not annualised.
///
/// Andersen and Bollerslev, "Answering the skeptics: yes, standard volatility models do provide accurate forecasts" (1998).
func realizedVolatility(_ squaredLogReturns: [Double], period: Int) -> [Double] {
    rollingSum(squaredLogReturns, period: period).map { $0.squareRoot() }
}

/// Parkinson's volatility a candle: square root of the mean of log(H / L)² over 4 log 2.
///
/// Parkinson, "The extreme value method for estimating the variance of the rate of return" (1980).
func parkinsonVolatility(_ squaredLogRanges: [Double], period: Int) -> [Double] {
    let share = 1 / (Double(period) * 4 * log(2.0))
    return rollingSum(squaredLogRanges, period: period).map { ($0 * share).squareRoot() }
}
