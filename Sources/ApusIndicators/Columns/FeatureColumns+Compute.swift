public import ApusData

extension FeatureColumns {
    /// Computes the table. A row depends on its own and earlier candles only.
    ///
    /// Memory: 4 bytes a value of the table, and about 0.2 kB a candle on the way.
    ///
    /// - Parameters:
    ///   - candles: N candles in order of time; gaps are allowed.
    ///   - library: what computes the indicators; nil for TA-Lib where it is installed, else the built-in ones.
    ///   - progress: told the share that is done, between 0 and 1, after each column.
    /// - Returns: N - `warmUp` rows.
    /// - Throws: `IndicatorError` when the candles are too few or have errors, or a column has no finite value somewhere;
    ///   `CancellationError` when `shouldStop` says so.
    public func compute(
        _ candles: CandleSeries, using library: (any IndicatorLibrary)? = nil, progress: (Double) -> Void = { _ in },
        shouldStop: () -> Bool = { false }
    ) throws -> FeatureTable {
        let library = try library ?? IndicatorLibraries.preferred()
        guard candles.count > warmUp else {
            let slowest = columns.first { $0.recipe.warmUp == warmUp }!.name
            throw IndicatorError(
                .tooFewCandles,
                "\(candles.count) candles are too few: column '\(slowest)' has its first value in candle \(warmUp), so that at least "
                    + "\(warmUp + 1) are needed. Use more candles or shorter periods")
        }
        try candles.checkForIndicators()
        let input = CandleInput(candles)
        var calculations = SharedCalculations(columns.map(\.recipe))
        let openTimes = Array(candles.openTimes.dropFirst(warmUp))
        let values = try [Float](unsafeUninitializedCapacity: count * openTimes.count) { values, initializedCount in
            var builder = FeatureTableBuilder(names: names, candles: candles, warmUp: warmUp, into: values)
            // Columns stay until a few more are there: what is freed at the end of the heap goes back to the system, and each page of it
            // costs a fault when the next column needs it again.
            var recent: [[Double]] = []
            for (index, column) in columns.enumerated() {
                progress(Double(index) / Double(count))
                if shouldStop() { throw CancellationError() }
                let parts = try calculations.take(column.recipe.needs, input, using: library)
                let values = column.recipe.value(input, parts)
                try builder.add(values, at: index)
                recent.append(values)
                if recent.count > 4 { recent.removeFirst() }
            }
            builder.write()
            initializedCount = count * openTimes.count
        }
        progress(1)
        return FeatureTable(names: names, openTimes: openTimes, values: values, warmUp: warmUp, library: library.name)
    }
}
