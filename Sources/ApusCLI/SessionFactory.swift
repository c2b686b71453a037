import ApusJSON
import ApusMagics
import ApusSession

/// Puts together what runs cells: the one place that knows both the fronts and the magics.
enum SessionFactory {
    /// The magics beside the generic ones.
    static var magics: [any Magic.Type] { StandardMagics.all }

    static func makeSession() -> any Session {
        CellSession(magics: magics)
    }

    static func makeChecker(overrides: [String: JSON] = [:]) -> CellChecker {
        CellChecker(magics: magics, overrides: overrides)
    }
}
