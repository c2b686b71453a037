import ApusData

extension CandleSeries {
    /// Refuses candles from which indicators cannot be computed. Gaps in time and odd steps are no obstacle: indicators count candles.
    func checkForIndicators() throws(IndicatorError) {
        let counts = [opens.count, highs.count, lows.count, closes.count, volumes.count]
        guard counts.allSatisfy({ $0 == count }) else {
            throw IndicatorError(
                .invalidCandles, "there are \(count) times, but the columns have \(counts.map(String.init).joined(separator: ", ")) values")
        }
        let errors = validate().filter { $0.isError && $0.kind != .wrongTimeframe }
        guard !errors.isEmpty else { return }
        let texts = errors.map { finding in finding.kind == .missingValue ? "\(finding) (\(missingColumns(finding.firstRow)))" : finding.description }
        throw IndicatorError(.invalidCandles, "the candles cannot be used: \(texts.joined(separator: "; ")). Repair them and try again")
    }

    private func missingColumns(_ row: Int) -> String {
        let columns = [("open", opens[row]), ("high", highs[row]), ("low", lows[row]), ("close", closes[row]), ("volume", volumes[row])]
        return columns.filter { !$0.1.isFinite }.map { "\($0.0) is \($0.1)" }.joined(separator: ", ")
    }
}
