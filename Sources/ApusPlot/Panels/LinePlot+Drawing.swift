extension LinePlot {
    /// Up to so many points a curve shows each of them.
    private static let markedPoints = 25

    public var drawing: PlotDrawing {
        PlotDrawing { panel, svg in
            let names = series.enumerated().map {
                Frame.LegendEntry(name: $0.element.name, colour: Palette.series($0.offset), isDashed: $0.element.isDashed)
            }
            let area = Frame.drawHeader(title, legend: names.filter { !$0.name.isEmpty }, in: panel, &svg)
            let visible = series.flatMap(\.finite).filter { Scale.transform($0.x, x.scale) != nil && Scale.transform($0.y, y.scale) != nil }
            let positions = visible.map(\.x) + markers.map(\.x)
            let integers = positions.allSatisfy { $0 == $0.rounded() && $0.magnitude < 1e15 } && !positions.isEmpty
            let frame = Frame(
                in: area, x: x, xDomain: Scale.domain(of: positions, x.scale, padding: 0.02), integerX: integers && x.scale == .linear, y: y,
                yDomain: Scale.domain(of: visible.map(\.y), y.scale, padding: 0.05), &svg)
            guard !visible.isEmpty else { return frame.drawNoData(&svg) }
            for marker in markers { drawLine(of: marker, frame, &svg) }
            for (index, curve) in series.enumerated() { draw(curve, Palette.series(index), frame, &svg) }
            for marker in markers { drawLabel(of: marker, frame, &svg) }
        }
    }

    private func draw(_ curve: Series, _ colour: Colour, _ frame: Frame, _ svg: inout SVGWriter) {
        let points = curve.points
        let showsEachPoint = points.count <= LinePlot.markedPoints
        var path = ""
        var dots: [Point] = []
        var segment: [Point] = []
        func endSegment() {
            defer { segment = [] }
            guard segment.count > 1 else {
                if !showsEachPoint { dots += segment }
                return
            }
            for (index, point) in LinePlot.thinned(segment, columns: Int(frame.plot.width)).enumerated() {
                path += (index == 0 ? "M" : "L") + SVGValue.text(of: point.x) + " " + SVGValue.text(of: point.y)
            }
        }
        for point in points {
            guard let x = frame.x.position(point.x), let y = frame.y.position(point.y) else {
                endSegment()
                continue
            }
            segment.append(Point(x: x, y: y))
            if showsEachPoint { dots.append(Point(x: x, y: y)) }
        }
        endSegment()
        if !path.isEmpty {
            svg.element(
                "path",
                [
                    "d": .string(path), "fill": "none", "stroke": .colour(colour), "stroke-width": 2, "stroke-linejoin": "round",
                    "stroke-linecap": "round", "stroke-dasharray": .string(curve.isDashed ? "6 4" : "none"),
                ])
        }
        for dot in dots { svg.circle(dot, radius: 2.6, fill: colour) }
        for marker in markers {
            guard let point = points.first(where: { $0.x == marker.x }), let x = frame.x.position(point.x), let y = frame.y.position(point.y)
            else { continue }
            svg.element(
                "circle",
                ["cx": .number(x), "cy": .number(y), "r": 4.5, "fill": .colour(Palette.card), "stroke": .colour(colour), "stroke-width": 2.2])
        }
    }

    private func drawLine(of marker: Marker, _ frame: Frame, _ svg: inout SVGWriter) {
        guard let x = frame.x.position(marker.x) else { return }
        svg.line(from: Point(x: x, y: frame.plot.y), to: Point(x: x, y: frame.plot.maxY), colour: Palette.quietInk, dashes: "3 3")
    }

    /// The name beside its line, on the side with more room; a halo keeps it readable over curves.
    private func drawLabel(of marker: Marker, _ frame: Frame, _ svg: inout SVGWriter) {
        guard let x = frame.x.position(marker.x) else { return }
        let isLeft = x > frame.plot.midX
        let room = isLeft ? x - frame.plot.x : frame.plot.maxX - x
        let label = TextMetrics.fitted(marker.label, size: Frame.tickSize, limit: room - 8)
        svg.text(
            label,
            [
                "x": .number(x + (isLeft ? -6 : 6)), "y": .number(frame.plot.y + 11), "font-size": .number(Frame.tickSize),
                "fill": .colour(Palette.ink), "text-anchor": isLeft ? "end" : "start", "stroke": .colour(Palette.card), "stroke-width": 4,
                "stroke-linejoin": "round", "paint-order": "stroke",
            ])
    }

    /// A long curve without the points that no screen could show: of every column the first, lowest, highest and last.
    private static func thinned(_ points: [Point], columns: Int) -> [Point] {
        guard points.count > 4 * max(1, columns) else { return points }
        var kept: [Point] = []
        var start = 0
        while start < points.count {
            var end = start
            while end < points.count, Int(points[end].x) == Int(points[start].x) { end += 1 }
            let column = start..<end
            let lowest = column.min { points[$0].y < points[$1].y }!
            let highest = column.max { points[$0].y < points[$1].y }!
            kept += Set([start, lowest, highest, end - 1]).sorted().map { points[$0] }
            start = end
        }
        return kept
    }
}
