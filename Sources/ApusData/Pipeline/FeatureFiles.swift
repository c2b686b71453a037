/// The six files of one timeframe, by the names that the hub layout has.
public struct FeatureFiles: Sendable, Equatable {
    public let folder: String
    public let timeframe: String

    public init(folder: String, timeframe: String) {
        self.folder = folder
        self.timeframe = timeframe
    }

    public static let suffixes = ["X_sequences.npy", "y_class.npy", "y_reg.npy", "scaler.pkl", "zigzag_points.json", "statistics.json"]

    /// File names without folder, in the order above.
    public static func names(timeframe: String) -> [String] { suffixes.map { "\(timeframe)_\($0)" } }

    public var sequences: String { path("X_sequences.npy") }
    public var classes: String { path("y_class.npy") }
    public var bars: String { path("y_reg.npy") }
    public var scaler: String { path("scaler.pkl") }
    public var points: String { path("zigzag_points.json") }
    public var statistics: String { path("statistics.json") }

    private func path(_ suffix: String) -> String { "\(folder)/\(timeframe)_\(suffix)" }
}
