import ArgumentParser

/// `%lsmagic`: what magics there are, as text on stdout, where Jupyter's own tools look for it.
struct ListMagics: Magic {
    static let name = "lsmagic"
    static let abstract = "Lists the magics with a line about each."
    static let example = "%lsmagic"
    static let isReadOnly = true

    func run(_ cell: CellContext, in session: isolated CellSession) async throws {
        let magics = session.catalogue.magics
        let width = magics.map { $0.name.displayWidth + 2 }.max() ?? 0
        for magic in magics {
            let padding = String(repeating: " ", count: width - magic.name.displayWidth - 2)
            cell.out.print("%%\(magic.name)\(padding)  \(magic.abstract)")
        }
        cell.out.print("\n`%name` is the same on one line; `%%name?` shows the options of a magic.")
    }
}
