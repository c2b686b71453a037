import ApusPickle

extension StandardScaler {
    /// The scaler as a pickle (protocol 3) that every scikit-learn since 0.22 loads with `pickle.load` and `joblib.load`.
    ///
    /// Arrays are described by `numpy.ndarray(shape, dtype, bytes)` and names by `numpy.array(list, 'O')`: the names of NumPy's
    /// own pickling functions moved between versions, these did not.
    public func pickled() -> [UInt8] {
        var writer = PickleWriter(protocol: 3)
        writer.global("sklearn.preprocessing._data", "StandardScaler")
        writer.opcode(.emptyTuple)
        writer.opcode(.newObject)
        writer.opcode(.emptyDictionary)
        writer.opcode(.mark)
        writer.member("with_mean") { $0.bool(withMean) }
        writer.member("with_std") { $0.bool(withStandardDeviation) }
        writer.member("copy") { $0.bool(true) }
        if let featureNames { writer.member("feature_names_in_") { $0.texts(featureNames) } }
        writer.member("n_features_in_") { $0.int(featureCount) }
        writer.member("n_samples_seen_") { writer in
            switch sampleCount {
            case .all(let count): writer.numPyInt64(count)
            case .perFeature(let counts): writer.array(counts.map { UInt64(bitPattern: Int64($0)) }, type: "<i8")
            }
        }
        for (name, values) in [("mean_", mean), ("var_", variance), ("scale_", scale)] {
            writer.member(name) { writer in
                if let values { writer.array(values.map(\.bitPattern), type: "<f8") } else { writer.opcode(.none) }
            }
        }
        writer.member("_sklearn_version") { $0.text(scikitLearnVersion) }
        writer.opcode(.setItems)
        writer.opcode(.build)
        writer.opcode(.stop)
        return writer.bytes
    }

    /// Writes the pickle to `path`: complete or not at all.
    public func savePickle(to path: String) throws(DataError) {
        let file = try OutputFile(path: path)
        try file.write(pickled())
        try file.commit()
    }
}
