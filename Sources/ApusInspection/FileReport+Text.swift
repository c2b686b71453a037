import ApusJSON

extension FileReport {
    /// The report as lines of text, a summary first. What could act on a terminal is shown as `?`.
    public func text(path: String) -> String {
        let versionText = version.map { ", version \($0)" } ?? ""
        var lines = ["\(path): \(kind)\(versionText), \(byteCount) bytes"]
        let width = metadata.map(\.key.count).max() ?? 0
        for (key, value) in metadata { lines.append("  \(Self.padded(key, width))  \(Self.shown(value))") }
        if !layers.isEmpty {
            lines.append("layers:")
            lines += Self.table(
                layers.map { [$0.name, $0.declaration, Self.shape($0.outputShape), "\($0.parameterCount)"] }
                    + [["", "", "", "\(layers.reduce(0) { $0 + $1.parameterCount }) parameters"]])
        }
        if !arrays.isEmpty {
            lines.append("arrays:")
            lines += Self.table(arrays.map { [$0.name, $0.elementType, Self.shape($0.shape)] })
        }
        return lines.map(Self.printable).joined(separator: "\n") + "\n"
    }

    /// `(30, 13)`, `(3,)`, `()`.
    private static func shape(_ shape: [Int?]) -> String {
        let extents = shape.map { $0.map(String.init) ?? "?" }
        return extents.count == 1 ? "(\(extents[0]),)" : "(\(extents.joined(separator: ", ")))"
    }

    private static func shown(_ value: JSON) -> String {
        let text = value.string ?? value.text()
        let lines = text.split(separator: "\n", omittingEmptySubsequences: true)
        let whole = lines.joined(separator: "; ")
        return whole.count <= 200 ? whole : whole.prefix(200) + "…"
    }

    private static func table(_ rows: [[String]]) -> [String] {
        let columns = rows[0].count
        let widths = (0..<columns).map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            let cells = (0..<columns).map { $0 == columns - 1 ? row[$0] : padded(row[$0], widths[$0]) }
            return "  " + cells.joined(separator: "  ")
        }
    }

    private static func padded(_ text: String, _ width: Int) -> String { text + String(repeating: " ", count: max(0, width - text.count)) }

    /// Names in foreign files may hold anything: also what turns the direction of text, or begins a line.
    private static func printable(_ text: String) -> String {
        String(
            String.UnicodeScalarView(
                text.unicodeScalars.map { scalar in
                    switch scalar.properties.generalCategory {
                    case .control, .format, .lineSeparator, .paragraphSeparator: "?"
                    default: scalar
                    }
                }))
    }
}
