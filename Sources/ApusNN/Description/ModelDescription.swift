/// Where a token stands in a text, both counted from 1; columns count Unicode scalars.
public struct SourcePosition: Sendable, Hashable, CustomStringConvertible {
    public var line: Int
    public var column: Int

    public init(line: Int, column: Int) {
        self.line = line
        self.column = column
    }

    public var description: String { "\(line):\(column)" }
}

/// A layer or a head in the order of declaration.
public struct ModelElement: Sendable {
    public enum Kind: Sendable {
        case layer(any Layer)
        case head(Head)
    }
    public var kind: Kind
    /// Where it was declared, if it was read from a text: of the element, and of the layers of a head.
    public var position: SourcePosition?
    public var layerPositions: [SourcePosition]

    public init(_ kind: Kind, position: SourcePosition? = nil, layerPositions: [SourcePosition] = []) {
        self.kind = kind
        self.position = position
        self.layerPositions = layerPositions
    }
}

/// A model as it is declared, without input shape and memory: what a `%%build` body says.
public struct ModelDescription: Sendable {
    public var elements: [ModelElement]

    public init(elements: [ModelElement]) { self.elements = elements }

    public init(@ModelBuilder _ body: () -> [ModelElement]) { self.init(elements: body()) }

    /// The body in Swift syntax; reading it gives an equal description.
    public var body: String {
        elements.map { element in
            switch element.kind {
            case .layer(let layer): return layer.call + "\n"
            case .head(let head):
                return Head.signature.call(head.arguments) + " {\n" + head.layers.map { "    \($0.call)\n" }.joined() + "}\n"
            }
        }.joined()
    }
}

extension ModelDescription: Equatable {
    /// Equal layers with equal settings; positions do not matter.
    public static func == (a: ModelDescription, b: ModelDescription) -> Bool { a.signature == b.signature }

    private struct Entry: Equatable {
        let kind: String
        let arguments: LayerArguments
        let layers: [Entry]
    }

    private var signature: [Entry] {
        elements.map { element in
            switch element.kind {
            case .layer(let layer): Entry(kind: layer.kind, arguments: layer.arguments, layers: [])
            case .head(let head):
                Entry(
                    kind: "Head", arguments: head.arguments,
                    layers: head.layers.map { Entry(kind: $0.kind, arguments: $0.arguments, layers: []) })
            }
        }
    }
}
