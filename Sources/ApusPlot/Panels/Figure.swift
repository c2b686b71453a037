/// Plots in a grid, such as the four training curves, as one SVG.
public struct Figure: Sendable {
    public var title: String
    public var plots: [any Plot]
    public var columns: Int
    /// Size of one cell of the grid in pixels, with its margins.
    public var panelWidth: Double
    public var panelHeight: Double

    private static let margin = 16.0
    private static let titleHeight = 34.0
    /// What the viewer's system uses for its own texts; Jupyter, GitHub and VS Code use the same list.
    private static let fonts = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', 'Noto Sans', Arial, sans-serif"

    public init(_ plots: [any Plot], title: String = "", columns: Int = 2, panelWidth: Double = 460, panelHeight: Double = 320) {
        self.plots = plots
        self.title = title
        self.columns = max(1, columns)
        self.panelWidth = max(120, panelWidth)
        self.panelHeight = max(120, panelHeight)
    }

    /// What a reader who cannot see the pictures needs to know.
    public var summary: String { plots.map(\.summary).joined(separator: " ") }

    /// The twins of the pictures, one below the other.
    public func text(width: Int = 72) -> String {
        ([title].filter { !$0.isEmpty } + plots.map { $0.text(width: width) }).joined(separator: "\n\n")
    }

    /// A complete SVG document; the same figure is always the same text.
    ///
    /// - Parameter id: begins the ids inside; derived from the content when nil, so that different figures can share a page.
    public func svg(id: String? = nil) -> String {
        let id = id ?? "apus-" + Self.fingerprint(body(id: "").output)
        return body(id: id).output
    }

    private func body(id: String) -> SVGWriter {
        var svg = SVGWriter(idPrefix: id)
        let rows = (plots.count + columns - 1) / columns
        let top = title.isEmpty ? 0 : Self.titleHeight
        let width = Double(min(columns, max(1, plots.count))) * panelWidth
        let height = Double(max(1, rows)) * panelHeight + top
        svg.open(
            "svg",
            [
                "xmlns": "http://www.w3.org/2000/svg", "viewBox": "0 0 \(SVGValue.text(of: width)) \(SVGValue.text(of: height))",
                "width": .number(width), "height": .number(height), "style": "max-width:100%;height:auto", "role": "img",
                "aria-labelledby": "\(id)-title \(id)-desc", "font-family": .string(Self.fonts),
            ])
        svg.text(accessibleTitle, element: "title", ["id": "\(id)-title"])
        svg.text(summary, element: "desc", ["id": "\(id)-desc"])
        svg.element(
            "rect",
            [
                "x": 0.5, "y": 0.5, "width": .number(width - 1), "height": .number(height - 1), "rx": 8, "fill": .colour(Palette.card),
                "stroke": .colour(Palette.border),
            ])
        if !title.isEmpty {
            let fitted = TextMetrics.fitted(title, size: 16 * TextMetrics.semiboldFactor, limit: width - 2 * Self.margin)
            svg.label(fitted, at: Point(x: Self.margin, y: 27), size: 16, colour: Palette.ink, weight: .semibold)
        }
        for (index, plot) in plots.enumerated() {
            let cell = Rectangle(
                x: Double(index % columns) * panelWidth, y: top + Double(index / columns) * panelHeight, width: panelWidth, height: panelHeight)
            let margin = Self.margin
            plot.drawing.draw(cell.inset(left: margin, top: margin, right: margin, bottom: margin), &svg)
        }
        svg.close()
        return svg
    }

    private var accessibleTitle: String {
        if !title.isEmpty { return title }
        let titles = plots.map(\.title).filter { !$0.isEmpty }
        return titles.isEmpty ? "Plot" : titles.joined(separator: ", ")
    }

    /// FNV-1a, 32 bits: enough to tell the figures of a page apart.
    private static func fingerprint(_ text: String) -> String {
        var hash: UInt32 = 2_166_136_261
        for byte in text.utf8 { hash = (hash ^ UInt32(byte)) &* 16_777_619 }
        let digits = String(hash, radix: 16)
        return String(repeating: "0", count: 8 - digits.count) + digits
    }
}
