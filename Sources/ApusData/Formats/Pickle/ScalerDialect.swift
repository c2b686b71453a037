import ApusPickle

/// The functions and classes that a scaler pickle may name. Everything else is refused before anything is made of it.
///
/// The list is what scikit-learn 0.22 to 1.9, NumPy 1.x and 2.x and joblib write in protocols 2 to 5, and what `pickled()` writes.
struct ScalerDialect: PickleDialect {
    private static let known: Set<PickleGlobal> = [
        .standardScaler, .dtype, .ndarray, .array, .int64, .reconstruct, .scalar, .fromBuffer, .encode, .joblibArray,
    ]

    func admit(_ global: PickleGlobal) throws(PickleError) {
        guard Self.known.contains(global) else {
            throw PickleError(
                .forbidden,
                "the pickle asks for '\(global.path.prefix(120))', which is not part of a StandardScaler; nothing was loaded or run. "
                    + "Only pickles of a fitted sklearn.preprocessing.StandardScaler are read")
        }
    }

    /// joblib puts the elements of an array into the stream right behind the BUILD of its wrapper.
    func inlined(behind object: PickleObject, _ heap: PickleHeap) throws(PickleError) -> InlinedData? {
        guard object.callable == .joblibArray else { return nil }
        do {
            let wrapper = try JoblibArray(object, heap)
            return wrapper.type.isObject ? .pickle : .elements(byteCount: try wrapper.byteCount(), isAligned: wrapper.isAligned)
        } catch { throw PickleError(.malformed, error.message) }
    }
}

extension PickleGlobal {
    static let standardScaler = PickleGlobal("sklearn.preprocessing._data.StandardScaler")
    static let joblibArray = PickleGlobal("joblib.numpy_pickle.NumpyArrayWrapper")
}

extension DataError {
    init(_ error: PickleError) {
        let code: Code =
            switch error.code {
            case .malformed: .malformed
            case .unsupported: .unsupported
            case .forbidden: .forbidden
            }
        self.init(code, error.message)
    }
}
