/// Labels per bar: the type of the next turning point after it, and the bars until then. -1 marks bars after the last point.
public struct NextPointLabels: Sendable, Equatable {
    /// `SwingType.rawValue`, or -1; one per bar.
    public var classes: [Int32]
    /// Bars to the next point (at least 1), or -1; one per bar.
    public var bars: [Int32]

    public init(points: [ZigZagPoint], barCount: Int) {
        classes = Array(repeating: -1, count: barCount)
        bars = Array(repeating: -1, count: barCount)
        var bar = 0
        for point in points {
            while bar < point.index {
                classes[bar] = Int32(point.type.rawValue)
                bars[bar] = Int32(point.index - bar)
                bar += 1
            }
        }
    }
}
