/// The part of a panel around the data: title, legend, axes with ticks, grid.
struct Frame {
    static let titleSize = 14.0
    static let labelSize = 12.0
    static let tickSize = 11.0

    /// A name in the legend with the mark that stands for it.
    struct LegendEntry {
        var name: String
        var colour: Colour
        var isDashed = false
        var isMark = false
    }

    /// Where the data goes.
    let plot: Rectangle
    let x: Scale
    let y: Scale

    /// Draws title and legend and returns the rest of the panel.
    static func drawHeader(_ title: String, legend: [LegendEntry], in panel: Rectangle, _ svg: inout SVGWriter) -> Rectangle {
        var top = 0.0
        if !title.isEmpty {
            let fitted = TextMetrics.fitted(title, size: titleSize * TextMetrics.semiboldFactor, limit: panel.width)
            svg.label(fitted, at: Point(x: panel.x, y: panel.y + 14), size: titleSize, colour: Palette.ink, weight: .semibold)
            top += 24
        }
        if !legend.isEmpty { top += drawLegend(legend, at: Point(x: panel.x, y: panel.y + top), width: panel.width, &svg) }
        return panel.inset(top: top)
    }

    /// Names in a row, in several when they do not fit; returns the height.
    private static func drawLegend(_ entries: [LegendEntry], at origin: Point, width: Double, _ svg: inout SVGWriter) -> Double {
        var x = origin.x
        var y = origin.y + 11
        for entry in entries {
            let name = TextMetrics.fitted(entry.name, size: tickSize, limit: width - 26)
            let needed = 24 + TextMetrics.width(name, size: tickSize) + 14
            if x > origin.x, x + needed - 14 > origin.x + width {
                x = origin.x
                y += 17
            }
            if entry.isMark {
                svg.rectangle(Rectangle(x: x + 3, y: y - 9, width: 10, height: 10), fill: entry.colour, radius: 2)
            } else {
                svg.line(
                    from: Point(x: x, y: y - 4), to: Point(x: x + 18, y: y - 4), colour: entry.colour, width: 2.5,
                    dashes: entry.isDashed ? "5 3" : nil)
            }
            svg.label(name, at: Point(x: x + (entry.isMark ? 18 : 24), y: y), size: tickSize, colour: Palette.quietInk)
            x += needed
        }
        return y - origin.y + 9
    }

    /// Draws axes and grid; categories take the place of numbers along x when they are given.
    init(
        in area: Rectangle, x xAxis: Axis, xDomain: ClosedRange<Double>, integerX: Bool = false, categories: [String]? = nil, y yAxis: Axis,
        yDomain: ClosedRange<Double>, integerY: Bool = false, _ svg: inout SVGWriter
    ) {
        let bottom = xAxis.label.isEmpty ? 20.0 : 38.0
        let yTicks = Ticks(yDomain, yAxis.scale, count: max(2, Int((area.height - bottom) / 38)), integers: integerY)
        let tickWidth = yTicks.labels.map { TextMetrics.width($0, size: Self.tickSize) }.max() ?? 0
        let left = (yAxis.label.isEmpty ? 0.0 : 20.0) + tickWidth + 8
        plot = area.inset(left: left, top: 6, right: 10, bottom: bottom)
        x = Scale(kind: xAxis.scale, domain: xDomain, start: plot.x, end: plot.maxX)
        y = Scale(kind: yAxis.scale, domain: yDomain, start: plot.maxY, end: plot.y)

        for (value, label) in zip(yTicks.values, yTicks.labels) {
            guard let position = y.position(value) else { continue }
            svg.line(from: Point(x: plot.x, y: position), to: Point(x: plot.maxX, y: position), colour: Palette.grid)
            svg.label(label, at: Point(x: plot.x - 8, y: position + 4), size: Self.tickSize, colour: Palette.quietInk, anchor: .end)
        }
        if let categories { drawCategories(categories, &svg) } else { drawXTicks(xAxis, xDomain, integers: integerX, &svg) }
        svg.line(from: Point(x: plot.x, y: plot.maxY), to: Point(x: plot.maxX, y: plot.maxY), colour: Palette.axis)

        let label = TextMetrics.fitted(xAxis.label, size: Self.labelSize, limit: plot.width)
        if !label.isEmpty {
            svg.label(label, at: Point(x: plot.midX, y: area.maxY - 4), size: Self.labelSize, colour: Palette.ink, anchor: .middle)
        }
        let turned = TextMetrics.fitted(yAxis.label, size: Self.labelSize, limit: plot.height)
        if !turned.isEmpty {
            svg.label(turned, at: Point(x: area.x + 11, y: plot.midY), size: Self.labelSize, colour: Palette.ink, anchor: .middle, turned: true)
        }
    }

    private func drawXTicks(_ axis: Axis, _ domain: ClosedRange<Double>, integers: Bool, _ svg: inout SVGWriter) {
        var count = max(2, Int(plot.width / 55))
        var ticks = Ticks(domain, axis.scale, count: count, integers: integers)
        // Long labels need more room than was thought: fewer of them, until they fit.
        while count > 2,
            (ticks.labels.map { TextMetrics.width($0, size: Self.tickSize) }.max() ?? 0) + 10 > plot.width / Double(max(1, ticks.values.count))
        {
            count -= 1
            ticks = Ticks(domain, axis.scale, count: count, integers: integers)
        }
        for (value, label) in zip(ticks.values, ticks.labels) {
            guard let position = x.position(value) else { continue }
            svg.line(from: Point(x: position, y: plot.maxY), to: Point(x: position, y: plot.maxY + 4), colour: Palette.axis)
            svg.label(label, at: Point(x: position, y: plot.maxY + 17), size: Self.tickSize, colour: Palette.quietInk, anchor: .middle)
        }
    }

    private func drawCategories(_ categories: [String], _ svg: inout SVGWriter) {
        let slot = plot.width / Double(max(1, categories.count))
        // Where slots are narrower than two letters, only every so many categories get their name.
        let stride = max(1, Int((24 / slot).rounded(.up)))
        for (index, category) in categories.enumerated() where index % stride == 0 {
            let fitted = TextMetrics.fitted(category, size: Self.tickSize, limit: slot * Double(stride) - 4)
            let centre = plot.x + slot * (Double(index) + 0.5)
            svg.label(fitted, at: Point(x: centre, y: plot.maxY + 17), size: Self.tickSize, colour: Palette.quietInk, anchor: .middle)
        }
    }

    /// Says that there is nothing to see, in the middle of the panel.
    func drawNoData(_ svg: inout SVGWriter) {
        svg.label("no data", at: Point(x: plot.midX, y: plot.midY), size: Self.labelSize, colour: Palette.quietInk, anchor: .middle)
    }
}
