/// The functions and classes that a scaler pickle may name. Everything else is refused before anything is made of it.
///
/// The list is what scikit-learn 0.22 to 1.9, NumPy 1.x and 2.x and joblib write in protocols 2 to 5, and what `ScalerPickleWriter` writes.
enum PickleGlobal: String {
    case standardScaler = "sklearn.preprocessing._data.StandardScaler"
    case dtype = "numpy.dtype"
    case ndarray = "numpy.ndarray"
    case array = "numpy.array"
    case int64 = "numpy.int64"
    case reconstruct = "numpy.core.multiarray._reconstruct"
    case scalar = "numpy.core.multiarray.scalar"
    case fromBuffer = "numpy.core.numeric._frombuffer"
    case encode = "_codecs.encode"
    case joblibArray = "joblib.numpy_pickle.NumpyArrayWrapper"

    init(module: String, name: String) throws(DataError) {
        // NumPy 2 renamed numpy.core to numpy._core.
        let canonical = module.hasPrefix("numpy._core.") ? "numpy.core." + module.dropFirst("numpy._core.".count) : module
        guard let known = PickleGlobal(rawValue: "\(canonical).\(name)") else {
            let text = "\(module).\(name)".prefix(120)
            throw DataError(
                .forbidden,
                "the pickle asks for '\(text)', which is not part of a StandardScaler; nothing was loaded or run. "
                    + "Only pickles of a fitted sklearn.preprocessing.StandardScaler are read")
        }
        self = known
    }
}
