/// What an axis shows.
public struct Axis: Sendable, Hashable {
    public var label: String
    public var scale: AxisScale

    public init(_ label: String = "", scale: AxisScale = .linear) {
        self.label = label
        self.scale = scale
    }
}
