/// Calls a function of TA-Lib and lines its outputs up with the candles.
enum TAOutputs {
    /// - Parameter call: receives where the index of the first output and the number of outputs go, and room for each column.
    /// - Returns: `columns` arrays of `candles` values, NaN before the first output.
    static func collect(
        _ function: String, columns: Int, candles: Int, _ call: (TAFunctions.Index, TAFunctions.Index, [TAFunctions.Output]) -> Int32
    ) throws(IndicatorError) -> [[Double]] {
        let room = UnsafeMutablePointer<Double>.allocate(capacity: columns * candles)
        defer { room.deallocate() }
        room.initialize(repeating: .nan, count: columns * candles)
        var (first, count) = (Int32(0), Int32(0))
        let code = call(&first, &count, (0..<columns).map { room + $0 * candles })
        guard code == 0 else {
            // TA_BAD_PARAM is 2: the usual mistake is a period out of range.
            throw IndicatorError(.library, "\(function) failed with code \(code)" + (code == 2 ? ", a parameter outside its range" : ""))
        }
        guard first >= 0, count >= 0, Int(first) + Int(count) <= candles else {
            throw IndicatorError(.library, "\(function) says it wrote \(count) values from \(first) on, for \(candles) candles")
        }
        return (0..<columns).map { column in
            let values = UnsafeBufferPointer(start: room + column * candles, count: Int(count))
            // Where there is no output at all, TA-Lib states 0 as the first index.
            let missing = count == 0 ? candles : Int(first)
            return [Double](repeating: .nan, count: missing) + values
        }
    }
}
