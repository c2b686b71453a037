/// Does each calculation once, and keeps its columns until the last recipe that needs them has had them.
struct SharedCalculations {
    private var uses: [Calculation: Int] = [:]
    private var done: [Calculation: [[Double]]] = [:]

    init(_ recipes: [ColumnRecipe]) {
        for calculation in recipes.flatMap(\.needs) { uses[calculation, default: 0] += 1 }
    }

    /// The columns of `calculations`, one after the other.
    mutating func take(
        _ calculations: [Calculation], _ input: CandleInput, using library: any IndicatorLibrary
    ) throws(IndicatorError) -> [[Double]] {
        var columns: [[Double]] = []
        for calculation in calculations {
            let found = if let columns = done[calculation] { columns } else { try calculation.columns(input, using: library) }
            uses[calculation]! -= 1
            done[calculation] = uses[calculation]! > 0 ? found : nil
            columns += found
        }
        return columns
    }
}
