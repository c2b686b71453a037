package import ArgumentParser

/// `%attach`: what another cell of the same kernel shows, live.
///
/// The declaration only: cells wait for each other in a session, so the front runs a cell that is an `%attach` beside them, from its
/// journal. A session meets one when the front has none, or when it stands among other statements.
package struct AttachMagic: Magic {
    package static let name = "attach"
    package static let abstract = "Shows what a running cell has shown so far, and goes on live: after a page reload, or from another notebook."
    package static let discussion = """
        Without a number it shows the cell that runs, or, when none does, the last one that took long or showed progress. It runs beside \
        other cells, and interrupting it does not stop the cell it watches: while an `%attach` runs, an interrupt ends the `%attach`, and \
        the next one the cell. It stands in a cell of its own. In a terminal, `apus attach` does the same, for notebooks that `apus run` \
        executes too.
        """
    package static let example = "%attach"
    package static let isReadOnly = true

    @Argument(help: "Which cell: 1 is the latest one, 2 the one before it, as --list numbers them.") package var cell: Int?
    @Flag(help: "List the cells that can be shown.") package var list = false
    @Flag(help: "Show what there is, without waiting for more.") package var noFollow = false

    package init() {}

    package func validate() throws {
        if let cell, cell < 1 { throw ValidationError("cell must be 1 or more, not \(cell)") }
    }

    package func run(_ cell: CellContext, in session: isolated CellSession) async throws {
        cell.out.print(
            """
            %attach shows what a cell shows that runs in this kernel already, also after the page was reloaded or from another notebook. \
            It is for a front end that is connected to a Jupyter kernel, in a cell of its own. \
            To watch what `apus run` executes, use `apus attach` in a terminal.
            """)
    }

    /// The `%attach` that a cell consists of; nil when it is anything else, which the session has to run.
    ///
    /// - Throws: `CellError` when its options are wrong.
    package static func call(inCell code: String) throws(CellError) -> AttachMagic? {
        guard code.utf8.count <= longestCell, code.utf8.contains(UInt8(ascii: "%")), code.contains(name) else { return nil }
        let catalogue = MagicCatalogue([])
        let source = CellSource(code)
        guard case .statements(let statements)? = try? CellParser(source, catalogue).parse(), statements.count == 1,
            case .magic(let call) = statements[0], call.name == name, let declaration = catalogue.declaration(named: name)
        else { return nil }
        do {
            return try ArgumentBinder(declaration, call, parameters: [:]).makeMagic() as? AttachMagic
        } catch {
            throw CellError(error, in: source, interrupted: false)
        }
    }

    /// In UTF-8 bytes: longer cells are not looked at.
    private static let longestCell = 4096
}
