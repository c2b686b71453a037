/// A kind of column and how its names are written: `ema_PERIOD` gives `ema_50`, `ema_34` and so on.
public struct IndicatorFamily: Sendable {
    /// A number in a column's name.
    public struct Parameter: Sendable {
        /// What it is called in `form`, such as `PERIOD`.
        public let name: String
        public let range: ClosedRange<Double>
        /// Used when the name leaves it out; nil when it must be there.
        public let usual: Double?
        public let isWhole: Bool
    }

    /// The name without parameters, such as `ema_distance`.
    public let name: String
    public let parameters: [Parameter]
    /// What the values are, their range, and their value where the formula has none.
    public let summary: String
    /// A valid column name.
    public let example: String
    /// The recipe for parameters that are in their ranges.
    let recipe: @Sendable (ColumnParameters) -> ColumnRecipe

    /// How names are written: `ema_PERIOD`, `bb_width[_PERIOD[_DEVIATIONS]]`.
    public var form: String {
        var (text, brackets) = (name, 0)
        for parameter in parameters {
            if parameter.usual != nil {
                text += "["
                brackets += 1
            }
            text += "_\(parameter.name)"
        }
        return text + String(repeating: "]", count: brackets)
    }
}

extension IndicatorFamily.Parameter {
    static func period(_ name: String = "PERIOD", atLeast least: Int = 2, usual: Int? = nil) -> Self {
        Self(name: name, range: Double(least)...Double(Indicators.longestPeriod), usual: usual.map { Double($0) }, isWhole: true)
    }
}

/// The numbers in a column's name, in order.
package struct ColumnParameters: Hashable, Sendable {
    package let values: [Double]

    /// The parameter at `index`, a period.
    subscript(index: Int) -> Int { Int(values[index]) }
}

/// How one column is computed.
struct ColumnRecipe: Sendable {
    /// What it is made from; the columns of all of them are handed to `value` one after the other.
    var needs: [Calculation] = []
    /// Candles at the start for which there is no value.
    var warmUp: Int
    /// The column, one value per candle.
    var value: @Sendable (CandleInput, [[Double]]) -> [Double]

    /// One column of a calculation as it is.
    static func column(_ index: Int = 0, of calculation: Calculation, warmUp: Int) -> ColumnRecipe {
        ColumnRecipe(needs: [calculation], warmUp: warmUp) { _, columns in columns[index] }
    }

    /// Close / column - 1: how far the close is above the column, as a share of it.
    static func distance(to index: Int = 0, of calculation: Calculation, warmUp: Int) -> ColumnRecipe {
        ColumnRecipe(needs: [calculation], warmUp: warmUp) { input, columns in
            let (closes, levels) = (input.closes, columns[index])
            return closes.indices.map { closes[$0] / levels[$0] - 1 }
        }
    }
}
