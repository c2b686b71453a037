/// What cells see of those before: the module that each name comes from.
///
/// A cell imports the names that it mentions, one by one, because every module that the compiler opens takes it time: so a cell late in a
/// session is compiled as fast as the first. What has no name to import it by (see ``CellDeclarations/hasUnnamed``) is in modules that each cell
/// imports whole; each of these exports the one before it, so that what is declared later hides what was declared earlier.
package struct CellScope: Sendable {
    private struct Declarer {
        var module: String
        var kind: CellDeclarations.Kind
        /// The parameters of the functions of this name.
        var parameters: Set<String>
    }

    /// The newest declarer first; only functions have several.
    private var declarers: [String: [Declarer]] = [:]
    /// The newest of the modules that are imported whole, and all that it exports.
    private var whole: (newest: String, all: Set<String>)?
    /// The modules that cells have imported, which those after them see as well.
    private var imports: [String]

    /// - Parameter imports: The modules that every cell sees.
    package init(imports: [String]) { self.imports = imports }

    /// The source of a cell's module: what the cell sees, and its code with its own line numbers.
    ///
    /// - Parameter file: The name of the cell in messages.
    package func script(_ cell: RewrittenCell, file: String) -> String {
        // Messages about the end of the code name the cell only if its end is marked.
        let code = ["#sourceLocation(file: \"\(file)\", line: 1)", cell.code, "#sourceLocation()", ""]
        return (imports.map { "import \($0)" } + cellImports(cell) + code).joined(separator: "\n")
    }

    /// Makes what a cell declares visible to those after it.
    package mutating func add(_ cell: RewrittenCell, module: String) {
        imports += cell.imports.filter { !imports.contains($0) }
        if isImportedWhole(cell.declarations) { whole = (module, (whole?.all ?? []).union([module])) }
        for (name, declarations) in Dictionary(grouping: cell.declarations.declarations, by: \.name) {
            let own = Declarer(module: module, kind: declarations[0].kind, parameters: Set(declarations.map(\.parameters)))
            declarers[name] = [own] + overloads(name, own)
        }
    }

    private func cellImports(_ cell: RewrittenCell) -> [String] {
        var lines: [String] = []
        if let whole { lines.append((isImportedWhole(cell.declarations) ? "@_exported " : "") + "import \(whole.newest)") }
        for (name, declarations) in Dictionary(grouping: cell.declarations.declarations, by: \.name).sorted(by: { $0.key < $1.key }) {
            let own = Declarer(module: "", kind: declarations[0].kind, parameters: Set(declarations.map(\.parameters)))
            for overload in overloads(name, own) where !isWhole(overload.module) { lines.append("@_exported " + importLine(name, overload)) }
        }
        for name in mentioned(by: cell.words).sorted() {
            if let declarer = declarers[name]?.first, !isWhole(declarer.module) { lines.append(importLine(name, declarer)) }
        }
        return lines
    }

    /// What code sees that may mention anything: every name that cells have declared.
    package var allImports: [String] {
        let names = declarers.sorted { $0.key < $1.key }.flatMap { name, declarers in
            declarers.filter { !isWhole($0.module) }.map { importLine(name, $0) }
        }
        return (imports + [whole?.newest].compactMap { $0 }).map { "import \($0)" } + names
    }

    private func importLine(_ name: String, _ declarer: Declarer) -> String { "import \(declarer.kind.rawValue) \(declarer.module).`\(name)`" }

    private func mentioned(by words: Set<String>) -> [String] {
        // A name in backticks may be of several words.
        declarers.keys.filter { words.contains($0) || $0.contains(" ") }
    }

    private func isWhole(_ module: String) -> Bool { whole?.all.contains(module) ?? false }

    /// Also what declares anew a name of such a module: it hides that only if the one is seen through the other.
    private func isImportedWhole(_ cell: CellDeclarations) -> Bool {
        cell.hasUnnamed || cell.declarations.contains { declarers[$0.name]?.contains { isWhole($0.module) } ?? false }
    }

    /// The earlier functions of a name that new ones leave.
    private func overloads(_ name: String, _ new: Declarer) -> [Declarer] {
        guard new.kind == .function else { return [] }
        return (declarers[name] ?? []).compactMap { old in
            guard old.kind == .function else { return nil }
            var old = old
            old.parameters.subtract(new.parameters)
            return old.parameters.isEmpty ? nil : old
        }
    }
}
