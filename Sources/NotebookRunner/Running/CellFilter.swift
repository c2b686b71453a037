import ApusSession
public import NotebookFormat

/// Which code cells a run takes, by their tags. The cells that hold the parameters always run.
public struct CellFilter: Sendable, Equatable {
    /// Cells with one of these run; empty for all cells.
    public var tags: [String]
    /// Cells with one of these are left out, whatever `tags` says.
    public var skippedTags: [String]

    public init(tags: [String] = [], skippedTags: [String] = []) {
        self.tags = tags
        self.skippedTags = skippedTags
    }

    /// Why a cell is left out; nil when it runs.
    func reason(toSkip cell: Notebook.Cell) -> String? {
        guard !cell.holdsParameters else { return nil }
        if let tag = skippedTags.first(where: cell.tags.contains) { return "tagged '\(tag)'" }
        guard !tags.isEmpty, !tags.contains(where: cell.tags.contains) else { return nil }
        return "not tagged \(tags.map { "'\($0)'" }.joined(separator: " or "))"
    }

    /// Finds out whether the filter means something for these notebooks, which are run together.
    ///
    /// - Throws: `CellFilterError` for a tag that no cell has, or when nothing would run.
    public func validate(for notebooks: [Notebook]) throws(CellFilterError) {
        let cells = notebooks.flatMap(\.cells).filter { $0.kind == .code && !$0.holdsParameters }
        let known = Set(cells.flatMap(\.tags)).sorted()
        for tag in skippedTags where tag == CellTag.parameters || tag == CellTag.injectedParameters {
            throw CellFilterError("cells tagged '\(tag)' always run, because the others need what they set")
        }
        for tag in tags + skippedTags where !known.contains(tag) {
            let all = known.map { "'\($0)'" }.joined(separator: ", ")
            let hint =
                if let nearest = NearestName.find(tag, among: known) {
                    "did you mean '\(nearest)'? The tags are \(all)"
                } else {
                    known.isEmpty ? "none has a tag" : "the tags are \(all)"
                }
            throw CellFilterError("no code cell is tagged '\(tag)': \(hint)")
        }
        guard tags.isEmpty && skippedTags.isEmpty || cells.contains(where: { reason(toSkip: $0) == nil }) else {
            throw CellFilterError("the tags leave no cell to run")
        }
    }
}

/// Why a filter cannot be used.
public struct CellFilterError: Error, Equatable, CustomStringConvertible {
    public let description: String

    init(_ description: String) { self.description = description }
}

extension Notebook.Cell {
    fileprivate var holdsParameters: Bool { tags.contains(CellTag.parameters) || tags.contains(CellTag.injectedParameters) }
}
