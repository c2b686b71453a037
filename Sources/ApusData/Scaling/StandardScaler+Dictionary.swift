import ApusPickle

/// The scaler as trainings in PyTorch keep it beside their checkpoint, without a class of scikit-learn:
///
/// ```python
/// {'mean': np.ndarray, 'std': np.ndarray, 'feature_columns': ['open', ...]}    # (F,), (F,), F names
/// ```
extension StandardScaler {
    /// The dictionary as a pickle (protocol 3), which NumPy alone loads.
    ///
    /// - Throws: `DataError` for a scaler without mean or scale: the dictionary says that both are applied.
    public func pickledDictionary() throws(DataError) -> [UInt8] {
        guard let mean, let scale, withMean, withStandardDeviation else {
            throw DataError(
                .unsupported, "a scaler that does not apply both mean and scale cannot be written as {'mean', 'std'}; write it for scikit-learn")
        }
        var writer = PickleWriter(protocol: 3)
        writer.opcode(.emptyDictionary)
        writer.opcode(.mark)
        for (name, values) in [("mean", mean), ("std", scale)] {
            writer.member(name) { $0.array(values.map(\.bitPattern), type: "<f8") }
        }
        writer.member("feature_columns") { writer in
            guard let featureNames else { return writer.opcode(.none) }
            writer.opcode(.emptyList)
            writer.opcode(.mark)
            for name in featureNames { writer.text(name) }
            writer.opcode(.appends)
        }
        writer.opcode(.setItems)
        writer.opcode(.stop)
        return writer.bytes
    }

    /// Writes the dictionary to `path`: complete or not at all.
    public func saveDictionary(to path: String) throws(DataError) {
        let bytes = try pickledDictionary()
        let file = try OutputFile(path: path)
        try file.write(bytes)
        try file.commit()
    }

    /// The scaler that a dictionary describes: scale is `std`, variance its square. How many rows it has seen is not told, and 0 here.
    init(dictionary: Int, _ heap: PickleHeap) throws(DataError) {
        func numbers(_ name: String) throws(DataError) -> [Double] {
            guard let value = heap.member(name, of: dictionary) else {
                throw DataError(
                    .malformed, "the pickle holds a dictionary without '\(name)'; that of a scaler has 'mean', 'std' and 'feature_columns'")
            }
            return try heap.numbers(value, name)
        }
        let (mean, deviation) = (try numbers("mean"), try numbers("std"))
        guard !mean.isEmpty, mean.count == deviation.count else {
            throw DataError(
                .malformed, "'mean' of the scaler has \(mean.count) values and 'std' has \(deviation.count); both need one for each feature")
        }
        for (name, values) in [("mean", mean), ("std", deviation)] {
            if let feature = values.firstIndex(where: { !$0.isFinite || name == "std" && $0 <= 0 }) {
                throw DataError(.invalidValues, "'\(name)' of the scaler is \(values[feature]) for feature \(feature)")
            }
        }
        let names = try Self.names(heap.member("feature_columns", of: dictionary), heap)
        guard names == nil || names?.count == mean.count else {
            throw DataError(.malformed, "the scaler has \(names?.count ?? 0) feature names for \(mean.count) features")
        }
        self.init(
            mean: mean, variance: deviation.map { $0 * $0 }, scale: deviation, withMean: true, withStandardDeviation: true, sampleCount: .all(0),
            featureCount: mean.count, featureNames: names, scikitLearnVersion: Self.writtenVersion)
    }

    /// A list, a tuple or an array of texts.
    private static func names(_ value: PickleValue?, _ heap: PickleHeap) throws(DataError) -> [String]? {
        let items: [PickleValue]
        switch value {
        case nil, PickleValue.none?: return nil
        case .list(let index)?: items = heap.lists[index]
        case .tuple(let index)?: items = heap.tuples[index]
        case let value?: return try heap.texts(value, "feature_columns")
        }
        var names: [String] = []
        for item in items {
            guard case .string(let name) = item else {
                throw DataError(.malformed, "'feature_columns' of the scaler holds something else than texts")
            }
            names.append(name)
        }
        return names
    }
}
