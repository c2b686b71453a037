/// Values by category, such as a class distribution; with several series the bars of a category stand side by side.
public struct BarPlot: Plot {
    public struct Series: Sendable, Hashable {
        public var name: String
        /// One value for each category; what is missing or not finite has no bar.
        public var values: [Double]

        public init(_ name: String, _ values: [Double]) {
            self.name = name
            self.values = values
        }
    }

    public var title: String
    public var categories: [String]
    public var series: [Series]
    public var xLabel: String
    public var yLabel: String
    /// Writes beside each value its share of the sum of its series.
    public var showsShares: Bool
    /// The values that the categories cover together, when they are the intervals of a histogram.
    private var interval: ClosedRange<Double>?

    public init(
        _ title: String = "", categories: [String], series: [Series], xLabel: String = "", yLabel: String = "", showsShares: Bool = false
    ) {
        self.title = title
        self.categories = categories
        self.series = series
        self.xLabel = xLabel
        self.yLabel = yLabel
        self.showsShares = showsShares
    }

    public init(_ title: String = "", categories: [String], values: [Double], xLabel: String = "", yLabel: String = "", showsShares: Bool = false) {
        self.init(title, categories: categories, series: [Series("", values)], xLabel: xLabel, yLabel: yLabel, showsShares: showsShares)
    }

    /// How often values fall into equal intervals.
    public init(histogramOf values: [Double], bins: Int = 20, title: String = "", xLabel: String = "", yLabel: String = "count") {
        let finite = values.filter(\.isFinite)
        let bins = max(1, bins)
        guard let low = finite.min(), let high = finite.max() else {
            self.init(title, categories: [], values: [], xLabel: xLabel, yLabel: yLabel)
            return
        }
        let equal = high / Double(bins) - low / Double(bins)
        // Values that are all the same, or too near to each other to divide, are one interval.
        let isDivisible = equal.isNormal
        let width = isDivisible ? equal : 1
        let start = isDivisible ? low : low - 0.5
        var counts = [Double](repeating: 0, count: isDivisible ? bins : 1)
        for value in finite { counts[min(counts.count - 1, max(0, isDivisible ? Int(value / width - low / width) : 0))] += 1 }
        let names = counts.indices.map { NumberText.compact(start + Double($0) * width, significantDigits: 3) + " …" }
        self.init(title, categories: names, values: counts, xLabel: xLabel, yLabel: yLabel)
        let end = isDivisible ? high : low + 0.5
        if start < end { interval = start...end }
    }

    func value(_ series: Series, _ category: Int) -> Double? {
        guard series.values.indices.contains(category), series.values[category].isFinite else { return nil }
        return series.values[category]
    }

    private func share(_ series: Series, _ value: Double) -> String? {
        let total = series.values.filter(\.isFinite).reduce(0, +)
        return showsShares && total > 0 ? HeatMap.percentage(value / total) : nil
    }

    public var summary: String {
        let parts = series.map { series in
            let values = categories.indices.compactMap { index in value(series, index).map { "\(categories[index]) \(HeatMap.countText($0))" } }
            return (series.name.isEmpty ? "" : "\(series.name): ") + (values.isEmpty ? "no data" : values.prefix(30).joined(separator: ", ")) + "."
        }
        return "\(title.isEmpty ? "Bar plot" : title). " + parts.joined(separator: " ")
    }

    /// Horizontal bars with their values.
    public func text(width: Int) -> String {
        let largest = series.flatMap(\.values).filter(\.isFinite).map(\.magnitude).max() ?? 0
        let nameWidth = categories.map(\.count).max() ?? 0
        let barWidth = max(8, min(40, width - nameWidth - 24))
        var lines = [title].filter { !$0.isEmpty }
        for series in series {
            if !series.name.isEmpty { lines.append("  \(series.name)") }
            let rows = categories.indices.map { index -> [String] in
                guard let value = value(series, index) else { return ["  " + categories[index]] }
                let bar = TextTable.bar(largest > 0 ? value.magnitude / largest : 0, width: barWidth)
                return ["  " + categories[index], HeatMap.countText(value), share(series, value) ?? "", bar]
            }
            lines += TextTable.lines(rows, leftAligned: [0, 3])
        }
        if categories.isEmpty { lines.append("  no data") }
        return lines.joined(separator: "\n")
    }

    public var drawing: PlotDrawing {
        PlotDrawing { panel, svg in
            let names = series.enumerated().map { Frame.LegendEntry(name: $0.element.name, colour: Palette.series($0.offset), isMark: true) }
            let area = Frame.drawHeader(title, legend: names.filter { !$0.name.isEmpty }, in: panel, &svg)
            let values = series.flatMap { series in categories.indices.compactMap { value(series, $0) } }
            let frame = Frame(
                in: area, x: Axis(xLabel), xDomain: Scale.domain(of: interval.map { [$0.lowerBound, $0.upperBound] } ?? [], .linear, padding: 0),
                categories: interval == nil ? categories : nil, y: Axis(yLabel),
                yDomain: Scale.domain(of: values, .linear, padding: 0.12, includingZero: true), &svg)
            guard !values.isEmpty else { return frame.drawNoData(&svg) }
            let slot = frame.plot.width / Double(categories.count)
            let isDense = interval != nil || slot < 18
            let bar = slot * (isDense ? 1 : 0.72) / Double(series.count)
            // All values are written, or none: gaps in a row of numbers look like missing data.
            let room = series.count == 1 ? slot - 4 : bar
            let writesValues = values.allSatisfy { TextMetrics.width(HeatMap.countText($0), size: Self.valueSize) <= room }
            guard let zero = frame.y.position(0) else { return }
            for (order, series) in series.enumerated() {
                for index in categories.indices {
                    guard let value = value(series, index), let top = frame.y.position(value) else { continue }
                    let x = frame.plot.x + slot * (Double(index) + 0.5) + bar * (Double(order) - Double(self.series.count) / 2)
                    let rectangle = Rectangle(x: x + 0.5, y: min(top, zero), width: max(0.5, bar - 1), height: (top - zero).magnitude)
                    svg.rectangle(rectangle, fill: Palette.series(order), radius: isDense ? 0 : 2)
                    if writesValues { drawValue(value, share(series, value), above: rectangle, isNegative: value < 0, width: room, &svg) }
                }
            }
        }
    }

    private static let valueSize = 10.5

    private func drawValue(_ value: Double, _ share: String?, above bar: Rectangle, isNegative: Bool, width: Double, _ svg: inout SVGWriter) {
        let text = HeatMap.countText(value)
        let size = Self.valueSize
        let both = share.map { "\(text) (\($0))" } ?? text
        let shown = TextMetrics.width(both, size: size) <= width ? both : text
        svg.label(
            shown, at: Point(x: bar.midX, y: isNegative ? bar.maxY + 12 : bar.y - 5), size: size, colour: Palette.quietInk, anchor: .middle)
    }
}
