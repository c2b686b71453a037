/// Collects the layers of a `Head { }`.
@resultBuilder
public enum LayerBuilder {
    public static func buildExpression(_ layer: some Layer) -> [any Layer] { [layer] }
    public static func buildBlock(_ parts: [any Layer]...) -> [any Layer] { parts.flatMap(\.self) }
    public static func buildArray(_ parts: [[any Layer]]) -> [any Layer] { parts.flatMap(\.self) }
    public static func buildOptional(_ part: [any Layer]?) -> [any Layer] { part ?? [] }
    public static func buildEither(first part: [any Layer]) -> [any Layer] { part }
    public static func buildEither(second part: [any Layer]) -> [any Layer] { part }
}

/// Collects the layers and heads of a `Model { }`.
@resultBuilder
public enum ModelBuilder {
    public static func buildExpression(_ layer: some Layer) -> [ModelElement] { [ModelElement(.layer(layer))] }
    public static func buildExpression(_ head: Head) -> [ModelElement] { [ModelElement(.head(head))] }
    public static func buildBlock(_ parts: [ModelElement]...) -> [ModelElement] { parts.flatMap(\.self) }
    public static func buildArray(_ parts: [[ModelElement]]) -> [ModelElement] { parts.flatMap(\.self) }
    public static func buildOptional(_ part: [ModelElement]?) -> [ModelElement] { part ?? [] }
    public static func buildEither(first part: [ModelElement]) -> [ModelElement] { part }
    public static func buildEither(second part: [ModelElement]) -> [ModelElement] { part }
}
