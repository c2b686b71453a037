/// Curves over a common axis, such as a loss by epoch.
public struct LinePlot: Plot {
    /// One curve. Values that are not finite leave gaps.
    public struct Series: Sendable, Hashable {
        public var name: String
        /// Positions along x, ascending.
        public var x: [Double]
        /// Values, one for each position; what is beyond the shorter of the two is ignored.
        public var y: [Double]
        public var isDashed: Bool

        public init(_ name: String, x: [Double], y: [Double], isDashed: Bool = false) {
            self.name = name
            self.x = x
            self.y = y
            self.isDashed = isDashed
        }

        /// Values at 1, 2, 3…, as those of epochs.
        public init(_ name: String, _ y: [Double], isDashed: Bool = false) {
            self.init(name, x: y.indices.map { Double($0 + 1) }, y: y, isDashed: isDashed)
        }

        var points: [Point] { zip(x, y).map { Point(x: $0, y: $1) } }
        var finite: [Point] { points.filter { $0.x.isFinite && $0.y.isFinite } }
    }

    /// A position worth a line, such as the best epoch.
    public struct Marker: Sendable, Hashable {
        public var x: Double
        public var label: String

        public init(x: Double, label: String) {
            self.x = x
            self.label = label
        }
    }

    public var title: String
    public var series: [Series]
    public var x: Axis
    public var y: Axis
    public var markers: [Marker]

    public init(_ title: String = "", series: [Series], x: Axis = Axis("epoch"), y: Axis = Axis(), markers: [Marker] = []) {
        self.title = title
        self.series = series
        self.x = x
        self.y = y
        self.markers = markers
    }

    public var summary: String {
        let name = title.isEmpty ? "Line plot" : title
        let axes = [y.label, x.label].filter { !$0.isEmpty }.joined(separator: " by ")
        let curves = series.map { series in
            guard let first = series.finite.first, let last = series.finite.last else { return "\(series.name): no data" }
            return "\(series.name): \(series.finite.count) points from \(NumberText.compact(first.y)) to \(NumberText.compact(last.y))"
        }
        let marks = markers.map { $0.label }
        return "\(name)\(axes.isEmpty ? "" : " (\(axes))"). " + (curves + marks).map { $0 + "." }.joined(separator: " ")
    }

    /// A line of blocks for each curve with its first, last, smallest and largest value.
    public func text(width: Int) -> String {
        let nameWidth = series.map(\.name.count).max() ?? 0
        let columns = max(8, min(40, width - nameWidth - 44))
        let rows = series.map { series -> [String] in
            let points = series.finite
            guard let first = points.first, let last = points.last else { return ["  " + series.name, "no data"] }
            let lowest = points.min { $0.y < $1.y }!
            let highest = points.max { $0.y < $1.y }!
            return [
                "  " + series.name, sparkline(series, columns: columns), "\(NumberText.compact(first.y)) → \(NumberText.compact(last.y))",
                "min \(NumberText.compact(lowest.y)) at \(NumberText.compact(lowest.x))",
                "max \(NumberText.compact(highest.y)) at \(NumberText.compact(highest.x))",
            ]
        }
        let axes = [y.label, x.label].filter { !$0.isEmpty }.joined(separator: " by ")
        let heading = title.isEmpty ? axes : axes.isEmpty ? title : "\(title) (\(axes))"
        return ([heading].filter { !$0.isEmpty } + TextTable.lines(rows, leftAligned: [0, 1, 2, 3, 4]) + markers.map { "  " + $0.label })
            .joined(separator: "\n")
    }

    /// The means of equal stretches of a curve, all curves on one scale; a gap is a space.
    private func sparkline(_ curve: Series, columns: Int) -> String {
        let all = series.flatMap(\.finite)
        let points = curve.points
        let scale = Scale(kind: y.scale, domain: Scale.domain(of: all.map(\.y), y.scale, padding: 0), start: 0, end: 1)
        let count = min(columns, points.count)
        return String(
            (0..<count).map { column -> Character in
                let stretch = points[(column * points.count / count)..<((column + 1) * points.count / count)]
                let positions = stretch.compactMap { $0.x.isFinite ? scale.position($0.y) : nil }
                return positions.isEmpty ? " " : TextTable.spark(positions.reduce(0, +) / Double(positions.count))
            })
    }
}
