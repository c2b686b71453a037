import Synchronization

/// The magics a session knows. Immutable; declarations are read on first use, because reading them all would delay the first cell.
public final class MagicCatalogue: Sendable {
    /// In the order in which they are listed.
    public let magics: [any Magic.Type]
    private let declarations = Mutex<[String: MagicDeclaration]>([:])

    /// `magics` and the generic ones: `%lsmagic`, `%who`, `%parameters`, `%time`, `%timeit`, `%use`, `%reset`, `%attach`.
    ///
    /// A name that occurs twice means the first.
    public init(_ magics: [any Magic.Type]) {
        self.magics = magics + MagicCatalogue.genericMagics
    }

    static var genericMagics: [any Magic.Type] {
        [ListMagics.self, WhoMagic.self, ParametersMagic.self, TimeMagic.self, TimeitMagic.self, UseMagic.self, ResetMagic.self, AttachMagic.self]
    }

    public var names: [String] { magics.map { $0.name } }

    public func type(named name: String) -> (any Magic.Type)? {
        magics.first { $0.name == name }
    }

    public func declaration(named name: String) -> MagicDeclaration? {
        guard let type = type(named: name) else { return nil }
        return declarations.withLock { known in
            if let declaration = known[name] { return declaration }
            let declaration = MagicDeclaration(type)
            known[name] = declaration
            return declaration
        }
    }

    /// The mistake of a name that no magic has.
    func unknownMagic(_ name: String, spelled: String, at range: Range<Int>) -> CellMistake {
        let sigil = spelled.hasPrefix("%%") ? "%%" : "%"
        var hint = "`%lsmagic` lists the magics there are"
        if let nearest = NearestName.find(name, among: names) { hint = "did you mean `\(sigil)\(nearest)`? \(hint)" }
        return CellMistake("UnknownMagic", "there is no magic `\(spelled)`", at: range, hint: hint)
    }

    /// A page in Markdown about every magic, made from the declarations.
    public var reference: String {
        magics.compactMap { declaration(named: $0.name) }
            .map { "## %%\($0.name)\n\n\(HelpPage.markdown($0, .full))\n" }.joined(separator: "\n")
    }
}
