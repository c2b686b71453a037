/// The name of a function or a class that a pickle mentions: a label, never something that is looked up or called.
package struct PickleGlobal: Hashable, Sendable {
    /// Module and name, `numpy.dtype`; NumPy 2's `numpy._core` is given its older name `numpy.core`.
    package let path: String

    package init(_ path: String) {
        self.path = path.hasPrefix("numpy._core.") ? "numpy.core." + path.dropFirst("numpy._core.".count) : path
    }

    init(module: String, name: String) { self.init("\(module).\(name)") }

    package static let dtype = PickleGlobal("numpy.dtype")
    package static let ndarray = PickleGlobal("numpy.ndarray")
    package static let array = PickleGlobal("numpy.array")
    package static let int64 = PickleGlobal("numpy.int64")
    package static let reconstruct = PickleGlobal("numpy.core.multiarray._reconstruct")
    package static let scalar = PickleGlobal("numpy.core.multiarray.scalar")
    package static let fromBuffer = PickleGlobal("numpy.core.numeric._frombuffer")
    package static let encode = PickleGlobal("_codecs.encode")
    package static let orderedDictionary = PickleGlobal("collections.OrderedDict")
}

/// What one kind of file may say in its pickles.
package protocol PickleDialect {
    /// Throws for a name that files of this kind do not need, before anything is made of it.
    func admit(_ global: PickleGlobal) throws(PickleError)

    /// What lies in the stream right behind the BUILD of `object`, as joblib puts arrays there; nil for nothing.
    func inlined(behind object: PickleObject, _ heap: PickleHeap) throws(PickleError) -> InlinedData?
}

extension PickleDialect {
    package func inlined(behind object: PickleObject, _ heap: PickleHeap) throws(PickleError) -> InlinedData? { nil }
}

/// Data in the stream that are no opcodes.
package enum InlinedData {
    /// Raw bytes; with `isAligned`, behind one byte that says how many bytes of padding come first.
    case elements(byteCount: Int, isAligned: Bool)
    /// A pickle of its own.
    case pickle
}
