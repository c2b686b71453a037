/// One row of the table that describes a model.
public struct LayerSummary: Sendable, Equatable {
    /// Name of the layer.
    public let name: String
    /// Class, such as `LSTM`.
    public let kind: String
    /// The declaration, such as `LSTM(64, returnsSequences: true)`.
    public let call: String
    /// Head it belongs to; nil in the trunk.
    public let head: String?
    /// Shape of one row of its output.
    public let outputShape: [Int]
    public let parameterCount: Int
}

extension Model {
    /// The layers in order of declaration.
    public var summary: [LayerSummary] {
        nodes.map { node in
            LayerSummary(
                name: node.name, kind: node.kind, call: node.layer.call, head: node.head, outputShape: node.outputShape,
                parameterCount: node.parameters.reduce(0) { $0 + parameters[$1].count })
        }
    }
}
