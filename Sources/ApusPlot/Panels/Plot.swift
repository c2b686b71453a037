/// One picture: it stands alone, or in a `Figure` with others.
public protocol Plot: Sendable {
    var title: String { get }
    /// What a reader who cannot see the picture needs to know, in a few sentences.
    var summary: String { get }
    /// The twin of the picture for terminals and logs, in lines of at most `width` columns where possible.
    func text(width: Int) -> String
    /// The drawing, by this library's own means.
    var drawing: PlotDrawing { get }
}

/// How a plot draws itself into a panel; only this library makes one.
public struct PlotDrawing {
    let draw: (_ panel: Rectangle, _ svg: inout SVGWriter) -> Void
}

extension Plot {
    public static var defaultTextWidth: Int { 72 }

    public var text: String { text(width: Self.defaultTextWidth) }

    /// A complete SVG document of this plot alone.
    ///
    /// - Parameter id: begins the ids inside; derived from the content when nil, so that different plots can share a page.
    public func svg(id: String? = nil, width: Double = 640, height: Double = 400) -> String {
        Figure([self], columns: 1, panelWidth: width, panelHeight: height).svg(id: id)
    }
}
