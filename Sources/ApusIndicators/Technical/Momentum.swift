extension Indicators {
    /// ROC: change since `period` candles ago (1 or more), in percent; 0 where the earlier value is 0. First value at `period`.
    public static func rateOfChange(_ values: [Double], period: Int = 10) throws(IndicatorError) -> [Double] {
        try check(period, atLeast: 1)
        return values.indices.map { index in
            guard index >= period else { return .nan }
            let earlier = values[index - period]
            return earlier == 0 ? 0 : (values[index] / earlier - 1) * 100
        }
    }

    /// Momentum: change since `period` candles ago (1 or more), in units of the values. First value at `period`.
    public static func momentum(_ values: [Double], period: Int = 10) throws(IndicatorError) -> [Double] {
        try check(period, atLeast: 1)
        return values.indices.map { $0 < period ? .nan : values[$0] - values[$0 - period] }
    }
}
