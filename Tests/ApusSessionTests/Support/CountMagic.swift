import ApusSession
import ArgumentParser

// The example of the documentation of `Magic`, word for word.
struct CountMagic: Magic {
    static let name = "count"
    static let abstract = "Counts the words of the cell's body."
    static let example = "%%count --unit lines\none two\nthree"
    static let body = MagicBody.required("the text to count")
    static let leaves: [any AnyWorkspaceKey] = [WorkspaceKeys.count]

    @Option(help: "What to count: \(Unit.allValueStrings.joined(separator: ", ")).") var unit = Unit.words
    @Flag(help: "Leave out blank lines.") var skipBlank = false

    func run(_ cell: CellContext, in session: isolated CellSession) async throws {
        let lines = cell.body?.lines.filter { !(skipBlank && $0.text.isEmpty) } ?? []
        let progress = cell.progress("Counting", total: lines.count, unit: "lines")
        var count = 0
        for (index, line) in lines.enumerated() {
            try cell.checkCancellation()
            count += unit == .lines ? 1 : line.text.split(separator: " ").count
            progress.update(completed: index + 1)
        }
        progress.finish()
        cell.workspace[WorkspaceKeys.count] = count
        cell.out.display(TableView(headers: ["unit", "count"], rows: [[unit.rawValue, String(count)]]).bundle)
    }
}

enum Unit: String, CaseIterable, ExpressibleByArgument { case words, lines }

extension WorkspaceKeys {
    static let count = WorkspaceKey<Int>("count", producedBy: "count") { "\($0) counted" }
}
