/// A model that is known by name, as the text of a `%%build` body.
public struct Recipe: Sendable, Equatable {
    public let name: String
    public let summary: String
    /// Shape of one example it was made for.
    public let inputShape: [Int]
    /// Layers in Swift call syntax, to copy and edit.
    public let body: String

    /// The recipe's layers.
    public var description: ModelDescription {
        guard let description = try? ModelDescription(parsing: body) else { preconditionFailure("the recipe \(name) does not parse") }
        return description
    }

    public static let all: [Recipe] = [.multiTaskLSTM, .sequenceRegressor, .sequenceRegressorGRU, .priceActionTransformer]

    public static func named(_ name: String) -> Recipe? { all.first { $0.name == name } }
}
