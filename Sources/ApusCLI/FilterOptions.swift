import ArgumentParser
import NotebookFormat
import NotebookRunner

/// The options that choose cells by their tags.
struct FilterOptions: ParsableArguments {
    @Option(
        name: .customLong("tag"),
        help: ArgumentHelp("Run only cells with this tag, and those with the parameters; may be repeated.", valueName: "name"))
    var tags: [String] = []

    @Option(name: .customLong("skip-tag"), help: ArgumentHelp("Leave out cells with this tag; may be repeated.", valueName: "name"))
    var skippedTags: [String] = []

    /// - Throws: `CommandFailure` for a tag that no cell of the notebooks has, or when nothing is left.
    func filter(for notebooks: [Notebook]) throws -> CellFilter {
        let filter = CellFilter(tags: tags, skippedTags: skippedTags)
        do { try filter.validate(for: notebooks) } catch { throw CommandFailure.usage(error) }
        return filter
    }
}
