/// Pairs of values, such as predicted against true; many points are shown by their density.
public struct ScatterPlot: Plot {
    public var title: String
    /// Positions along x and y; pairs that are not finite, or lack a partner, are left out.
    public var xValues: [Double]
    public var yValues: [Double]
    public var x: Axis
    public var y: Axis
    /// Draws the line y = x, on which perfect predictions lie, and gives both axes the same range.
    public var showsIdentity: Bool

    /// More points than this are counted in squares.
    private static let densityLimit = 1500
    private static let densityCell = 5.0

    public init(
        _ title: String = "", x xValues: [Double], y yValues: [Double], xAxis: Axis = Axis(), yAxis: Axis = Axis(), showsIdentity: Bool = false
    ) {
        self.title = title
        self.xValues = xValues
        self.yValues = yValues
        self.x = xAxis
        self.y = yAxis
        self.showsIdentity = showsIdentity
    }

    /// Predicted against true values of a regression.
    public init(
        predicted: [Double], true trueValues: [Double], title: String = "Predicted and true values", label: String = "", scale: AxisScale = .linear
    ) {
        let suffix = label.isEmpty ? "" : " " + label
        self.init(
            title, x: trueValues, y: predicted, xAxis: Axis("true\(suffix)", scale: scale), yAxis: Axis("predicted\(suffix)", scale: scale),
            showsIdentity: true)
    }

    private var points: [Point] {
        zip(xValues, yValues).lazy.map { Point(x: $0, y: $1) }
            .filter { Scale.transform($0.x, x.scale) != nil && Scale.transform($0.y, y.scale) != nil }
    }

    private func domains(of points: [Point], padding: Double) -> (x: ClosedRange<Double>, y: ClosedRange<Double>) {
        if showsIdentity, x.scale == y.scale {
            let both = Scale.domain(of: points.flatMap { [$0.x, $0.y] }, x.scale, padding: padding)
            return (both, both)
        }
        return (Scale.domain(of: points.map(\.x), x.scale, padding: padding), Scale.domain(of: points.map(\.y), y.scale, padding: padding))
    }

    public var summary: String {
        let points = points
        func range(_ values: [Double]) -> String {
            guard let low = values.min(), let high = values.max() else { return "no data" }
            return "\(NumberText.compact(low)) to \(NumberText.compact(high))"
        }
        let xName = x.label.isEmpty ? "x" : x.label
        let yName = y.label.isEmpty ? "y" : y.label
        return
            "\(title.isEmpty ? "Scatter plot" : title). \(points.count) points; \(xName): \(range(points.map(\.x))); \(yName): \(range(points.map(\.y)))."
    }

    /// A grid of characters, darker where there are more points.
    public func text(width: Int) -> String {
        let columns = max(10, min(48, width - 4))
        let rows = 12
        let points = points
        guard !points.isEmpty else { return summary }
        let domains = domains(of: points, padding: 0)
        let xScale = Scale(kind: x.scale, domain: domains.x, start: 0, end: Double(columns))
        let yScale = Scale(kind: y.scale, domain: domains.y, start: Double(rows), end: 0)
        var counts = [[Int]](repeating: [Int](repeating: 0, count: columns), count: rows)
        for point in points {
            guard let column = xScale.position(point.x), let row = yScale.position(point.y) else { continue }
            counts[min(rows - 1, max(0, Int(row)))][min(columns - 1, max(0, Int(column)))] += 1
        }
        let largest = Double(counts.joined().max() ?? 0)
        let shades: [Character] = ["·", "░", "▒", "▓", "█"]
        let grid = counts.map { row in
            "  │"
                + String(
                    row.map { count -> Character in
                        count == 0 ? " " : shades[min(4, Int((Double(count) / largest).squareRoot() * 4.999))]
                    })
        }
        let trimmed = grid.map { line in String(line.reversed().drop { $0 == " " }.reversed()) }
        return ([summary] + trimmed + ["  └" + String(repeating: "─", count: columns)]).joined(separator: "\n")
    }

    public var drawing: PlotDrawing {
        PlotDrawing { panel, svg in
            let area = Frame.drawHeader(title, legend: [], in: panel, &svg)
            let points = points
            let domains = domains(of: points, padding: 0.04)
            let frame = Frame(in: area, x: x, xDomain: domains.x, y: y, yDomain: domains.y, &svg)
            guard !points.isEmpty else { return frame.drawNoData(&svg) }
            let positions = points.compactMap { point -> Point? in
                guard let x = frame.x.position(point.x), let y = frame.y.position(point.y) else { return nil }
                return Point(x: x, y: y)
            }
            if positions.count > Self.densityLimit { drawDensity(positions, frame, &svg) } else { drawPoints(positions, &svg) }
            if showsIdentity, x.scale == y.scale {
                let (start, end) = (Point(x: frame.plot.x, y: frame.plot.maxY), Point(x: frame.plot.maxX, y: frame.plot.y))
                svg.line(from: start, to: end, colour: Palette.card, width: 4)
                svg.line(from: start, to: end, colour: Palette.series(1), width: 2, dashes: "6 4")
            }
        }
    }

    private func drawPoints(_ positions: [Point], _ svg: inout SVGWriter) {
        svg.open("g", ["fill": .colour(Palette.series(0)), "fill-opacity": .number(positions.count > 200 ? 0.45 : 0.75)])
        for position in positions { svg.element("circle", ["cx": .number(position.x), "cy": .number(position.y), "r": 2.6]) }
        svg.close()
    }

    /// Squares coloured by the logarithm-like root of how many points they hold, so that rare ones stay visible.
    private func drawDensity(_ positions: [Point], _ frame: Frame, _ svg: inout SVGWriter) {
        let size = Self.densityCell
        let columns = max(1, Int((frame.plot.width / size).rounded(.up)))
        let rows = max(1, Int((frame.plot.height / size).rounded(.up)))
        var counts = [Int](repeating: 0, count: rows * columns)
        for position in positions {
            let column = min(columns - 1, max(0, Int((position.x - frame.plot.x) / size)))
            let row = min(rows - 1, max(0, Int((position.y - frame.plot.y) / size)))
            counts[row * columns + column] += 1
        }
        let largest = Double(counts.max() ?? 1)
        for (index, count) in counts.enumerated() where count > 0 {
            let colour = Palette.sequential(0.25 + 0.75 * (Double(count) / largest).squareRoot())
            let square = Rectangle(
                x: frame.plot.x + Double(index % columns) * size, y: frame.plot.y + Double(index / columns) * size, width: size, height: size)
            svg.rectangle(square, fill: colour)
        }
    }
}
