/// A table of counts as colours, such as a confusion matrix: every cell shows its count and its share of the row.
public struct HeatMap: Plot {
    public var title: String
    /// Counts by row and column; rows may differ in length, what is missing or not finite is shown as empty.
    public var counts: [[Double]]
    public var rowNames: [String]
    public var columnNames: [String]
    public var rowLabel: String
    public var columnLabel: String

    public init(
        _ title: String = "", counts: [[Double]], rowNames: [String], columnNames: [String], rowLabel: String = "", columnLabel: String = ""
    ) {
        self.title = title
        self.counts = counts
        self.rowNames = rowNames
        self.columnNames = columnNames
        self.rowLabel = rowLabel
        self.columnLabel = columnLabel
    }

    /// A confusion matrix: rows are true classes, columns predicted ones.
    public init(confusion counts: [[Int]], classes: [String], title: String = "Confusion matrix") {
        self.init(
            title, counts: counts.map { $0.map(Double.init) }, rowNames: classes, columnNames: classes, rowLabel: "true", columnLabel: "predicted")
    }

    var rows: Int { max(counts.count, rowNames.count) }
    var columns: Int { max(columnNames.count, counts.map(\.count).max() ?? 0) }

    func count(_ row: Int, _ column: Int) -> Double? {
        guard counts.indices.contains(row), counts[row].indices.contains(column), counts[row][column].isFinite else { return nil }
        return counts[row][column]
    }

    /// The share of a cell in its row, between 0 and 1; 0 in a row without counts.
    func share(_ row: Int, _ column: Int) -> Double {
        let total = (0..<columns).compactMap { count(row, $0) }.reduce(0) { $0 + $1.magnitude }
        return total > 0 ? (count(row, column) ?? 0).magnitude / total : 0
    }

    func rowName(_ row: Int) -> String { rowNames.indices.contains(row) ? rowNames[row] : String(row) }
    func columnName(_ column: Int) -> String { columnNames.indices.contains(column) ? columnNames[column] : String(column) }

    static func percentage(_ share: Double) -> String { NumberText.fixed(share * 100, decimals: 1) + " %" }

    static func countText(_ value: Double) -> String {
        value == value.rounded() && value.magnitude < 1e7 ? NumberText.grouped(NumberText.fixed(value, decimals: 0)) : NumberText.compact(value)
    }

    public var summary: String {
        let cells = (0..<rows).map { row in
            let largest = (0..<columns).max { share(row, $0) < share(row, $1) }
            return "\(rowName(row)): " + (largest.map { "most often \(columnName($0)), \(Self.percentage(share(row, $0)))" } ?? "no data") + "."
        }
        let axes = [rowLabel, columnLabel].filter { !$0.isEmpty }.joined(separator: " by ")
        return "\(title.isEmpty ? "Heat map" : title)\(axes.isEmpty ? "" : " (\(axes))"). " + cells.joined(separator: " ")
    }

    /// A table with the count and the share of every cell.
    public func text(width: Int) -> String {
        let heading = [title].filter { !$0.isEmpty }
        guard rows > 0, columns > 0 else { return (heading + ["  no data"]).joined(separator: "\n") }
        let axes = [rowLabel, columnLabel].filter { !$0.isEmpty }.joined(separator: " \\ ")
        let header = [axes] + (0..<columns).map(columnName)
        let body = (0..<rows).map { row in
            [rowName(row)]
                + (0..<columns).map { column in
                    count(row, column).map { "\(Self.countText($0)) (\(Self.percentage(share(row, column))))" } ?? ""
                }
        }
        return (heading + TextTable.lines([header] + body).map { "  " + $0 }).joined(separator: "\n")
    }

    public var drawing: PlotDrawing {
        PlotDrawing { panel, svg in
            let area = Frame.drawHeader(title, legend: [], in: panel, &svg)
            let size = Frame.tickSize
            let nameWidth = min(area.width / 3, (0..<rows).map { TextMetrics.width(rowName($0), size: size) }.max() ?? 0)
            let left = (rowLabel.isEmpty ? 0 : 20) + nameWidth + 8
            let grid = area.inset(left: left, top: 2, bottom: columnLabel.isEmpty ? 20 : 38)
            let cell = Rectangle(x: 0, y: 0, width: grid.width / Double(max(1, columns)), height: grid.height / Double(max(1, rows)))
            for row in 0..<rows {
                let y = grid.y + Double(row) * cell.height
                let name = TextMetrics.fitted(rowName(row), size: size, limit: nameWidth + 1)
                svg.label(name, at: Point(x: grid.x - 8, y: y + cell.height / 2 + 4), size: size, colour: Palette.quietInk, anchor: .end)
                for column in 0..<columns {
                    draw(row, column, Rectangle(x: grid.x + Double(column) * cell.width, y: y, width: cell.width, height: cell.height), &svg)
                }
            }
            for column in 0..<columns {
                let name = TextMetrics.fitted(columnName(column), size: size, limit: cell.width - 4)
                let x = grid.x + (Double(column) + 0.5) * cell.width
                svg.label(name, at: Point(x: x, y: grid.maxY + 17), size: size, colour: Palette.quietInk, anchor: .middle)
            }
            if rows == 0 || columns == 0 {
                svg.label("no data", at: Point(x: grid.midX, y: grid.midY), size: Frame.labelSize, colour: Palette.quietInk, anchor: .middle)
            }
            if !columnLabel.isEmpty {
                let label = TextMetrics.fitted(columnLabel, size: Frame.labelSize, limit: grid.width)
                svg.label(label, at: Point(x: grid.midX, y: area.maxY - 4), size: Frame.labelSize, colour: Palette.ink, anchor: .middle)
            }
            if !rowLabel.isEmpty {
                let label = TextMetrics.fitted(rowLabel, size: Frame.labelSize, limit: grid.height)
                svg.label(label, at: Point(x: area.x + 11, y: grid.midY), size: Frame.labelSize, colour: Palette.ink, anchor: .middle, turned: true)
            }
        }
    }

    /// One cell: its colour by share, and as much text as fits.
    private func draw(_ row: Int, _ column: Int, _ cell: Rectangle, _ svg: inout SVGWriter) {
        let fill = Palette.sequential(share(row, column))
        svg.rectangle(cell.inset(left: 1, top: 1, right: 1, bottom: 1), fill: fill, radius: 3)
        guard let value = count(row, column) else { return }
        let text = Self.countText(value)
        let percentage = Self.percentage(share(row, column))
        guard TextMetrics.width(text, size: 13) <= cell.width - 4, cell.height >= 16 else { return }
        let hasRoom = cell.height >= 36 && TextMetrics.width(percentage, size: 10.5) <= cell.width - 4
        svg.label(
            text, at: Point(x: cell.midX, y: cell.midY + (hasRoom ? -1 : 4.5)), size: 13, colour: fill.ink, anchor: .middle, weight: .semibold)
        if hasRoom { svg.label(percentage, at: Point(x: cell.midX, y: cell.midY + 14), size: 10.5, colour: fill.ink, anchor: .middle) }
    }
}
