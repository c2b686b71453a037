/// The columns of a feature table, by names that say how each is computed.
///
/// ```swift
/// let columns = try FeatureColumns(["close", "rsi_14", "ema_34", "bb_width"])
/// let table = try columns.compute(candles)
/// ```
public struct FeatureColumns: Sendable {
    struct Column: Sendable {
        let name: String
        let recipe: ColumnRecipe
    }

    let columns: [Column]

    /// Every kind of column there is, for help and completion.
    public static let families: [IndicatorFamily] =
        IndicatorFamily.prices + IndicatorFamily.returns + IndicatorFamily.trends + IndicatorFamily.oscillators + IndicatorFamily.volatilities
        + IndicatorFamily.volumes + IndicatorFamily.shapes

    /// Reads a list of column names.
    ///
    /// - Throws: `IndicatorError` for an empty list, a name that no family has (with the nearest one), a parameter outside its range, or a
    ///   name that is there twice.
    public init(_ names: [String]) throws(IndicatorError) {
        guard !names.isEmpty else {
            throw IndicatorError(.unknownColumn, "there are no columns; name at least one, such as \(Self.families[0].example) or ema_50")
        }
        var seen: Set<String> = []
        var columns: [Column] = []
        for name in names {
            guard seen.insert(name).inserted else {
                throw IndicatorError(.invalidParameter, "column '\(name)' is named twice; leave one of them out")
            }
            columns.append(Column(name: name, recipe: try ColumnName(name).recipe))
        }
        self.columns = columns
    }

    public var names: [String] { columns.map(\.name) }
    public var count: Int { columns.count }

    /// Candles at the start for which some column has no value.
    public var warmUp: Int { columns.map(\.recipe.warmUp).max()! }
}

extension FeatureColumns: Equatable {
    public static func == (first: FeatureColumns, second: FeatureColumns) -> Bool { first.names == second.names }
}
