/// How a model is built, in the words of a `%%build` cell.
public struct ModelLayers: Sendable, Equatable {
    /// A `%%build` body.
    public var body: String
    /// The shape of one example, without the batch dimension.
    public var inputShape: [Int]

    public init(body: String, inputShape: [Int]) {
        self.body = body
        self.inputShape = inputShape
    }
}
