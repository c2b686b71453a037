import ApusPickle

extension StandardScaler {
    /// The largest scaler file that is read; real ones have a few kilobytes.
    private static let largestPickle = 16 << 20

    /// Reads a scaler that scikit-learn pickled (`pickle.dump` or uncompressed `joblib.dump`), or a dictionary of `mean` and `std`, without
    /// running anything in it.
    ///
    /// - Throws: `DataError`: `.forbidden` when the pickle names a function or class that a scaler does not need.
    public init(picklePath path: String) throws(DataError) {
        let file = try MappedFile(path: path)
        do throws(DataError) { self = try Self.read(file.bytes) } catch { throw DataError(error.code, error.message, source: path) }
    }

    public init(pickle bytes: [UInt8]) throws(DataError) {
        self = try bytes.withBytes { (bytes) throws(DataError) in try Self.read(bytes) }
    }

    private static func read(_ bytes: UnsafeRawBufferPointer) throws(DataError) -> StandardScaler {
        guard bytes.count <= largestPickle else {
            throw DataError(.malformed, "a scaler pickle of \(bytes.count) bytes is not plausible; at most \(largestPickle) are read")
        }
        for (magic, name) in compressions where bytes.starts(with: magic) {
            throw DataError(.unsupported, "the scaler is compressed with \(name); save it again with joblib.dump(scaler, path, compress=0)")
        }
        var machine = PickleMachine(bytes: bytes, dialect: ScalerDialect())
        let root: PickleValue
        do { root = try machine.run() } catch { throw DataError(error) }
        if case .dictionary(let index) = root { return try StandardScaler(dictionary: index, machine.heap) }
        return try StandardScaler(root, machine.heap)
    }

    /// First bytes of the compressions that joblib offers.
    private static let compressions: [(magic: [UInt8], name: String)] = [
        ([0x78], "zlib"), ([0x1F, 0x8B], "gzip"), ([0x42, 0x5A], "bz2"), ([0xFD, 0x37, 0x7A], "xz"), ([0x5D, 0x00, 0x00], "lzma"),
        ([0x04, 0x22, 0x4D, 0x18], "lz4"),
    ]

    private init(_ root: PickleValue, _ heap: PickleHeap) throws(DataError) {
        guard case .object(let index) = root, heap.objects[index].callable == .standardScaler else {
            throw DataError(.malformed, "the pickle does not hold a StandardScaler")
        }
        guard case .dictionary(let state)? = heap.objects[index].state else {
            throw DataError(.malformed, "the StandardScaler in the pickle has no state")
        }
        func flag(_ name: String) throws(DataError) -> Bool {
            switch heap.member(name, of: state) {
            case .bool(let value)?: return value
            case .object?: return try heap.numbers(heap.member(name, of: state)!, name) == [1]
            default: throw DataError(.malformed, "the scaler has no '\(name)'")
            }
        }
        func array(_ name: String) throws(DataError) -> [Double]? {
            guard let value = heap.member(name, of: state) else {
                throw DataError(.invalidValues, "the scaler has no '\(name)': it was pickled before it was fitted")
            }
            if case .none = value { return nil }
            return try heap.numbers(value, name)
        }
        withMean = try flag("with_mean")
        withStandardDeviation = try flag("with_std")
        mean = try array("mean_")
        variance = try array("var_")
        scale = try array("scale_")
        guard let seen = heap.member("n_samples_seen_", of: state) else { throw DataError(.malformed, "the scaler has no 'n_samples_seen_'") }
        sampleCount = try Self.sampleCount(seen, heap)
        featureNames = nil
        if let names = heap.member("feature_names_in_", of: state) { featureNames = try heap.texts(names, "feature_names_in_") }
        if case .string(let version)? = heap.member("_sklearn_version", of: state) { scikitLearnVersion = version } else { scikitLearnVersion = "" }
        if case .int(let count)? = heap.member("n_features_in_", of: state) {
            featureCount = count
        } else {
            featureCount = mean?.count ?? scale?.count ?? 0
        }
        try validate()
    }

    private static func sampleCount(_ value: PickleValue, _ heap: PickleHeap) throws(DataError) -> SampleCount {
        func whole(_ number: Double) throws(DataError) -> Int {
            guard let count = Int(exactly: number), count >= 0 else { throw DataError(.malformed, "'n_samples_seen_' of the scaler is \(number)") }
            return count
        }
        switch value {
        case .int(let count): return .all(count)
        case .object(let index) where heap.objects[index].callable == .int64:
            guard case .int(let count)? = heap.objects[index].arguments.first else { break }
            return .all(count)
        case .object(let index):
            let numbers = try heap.numbers(value, "n_samples_seen_")
            if heap.objects[index].callable == .scalar { return .all(try whole(numbers[0])) }
            var counts: [Int] = []
            for number in numbers { counts.append(try whole(number)) }
            return .perFeature(counts)
        default: break
        }
        throw DataError(.malformed, "'n_samples_seen_' of the scaler is not a number")
    }

    private func validate() throws(DataError) {
        guard featureCount > 0 else { throw DataError(.malformed, "the scaler has \(featureCount) features") }
        for (name, values) in [("mean_", mean), ("var_", variance), ("scale_", scale)] {
            guard let values else { continue }
            guard values.count == featureCount else {
                throw DataError(.malformed, "'\(name)' of the scaler has \(values.count) values for \(featureCount) features")
            }
            if let index = values.firstIndex(where: { !$0.isFinite }) {
                throw DataError(.invalidValues, "'\(name)' of the scaler is \(values[index]) for feature \(index)")
            }
        }
        if withMean && mean == nil || withStandardDeviation && scale == nil {
            throw DataError(.malformed, "the scaler has no mean or scale although it should apply them")
        }
        if withStandardDeviation, let index = scale?.firstIndex(of: 0) {
            throw DataError(.invalidValues, "'scale_' of the scaler is 0 for feature \(index)")
        }
        if case .perFeature(let counts) = sampleCount, counts.count != featureCount {
            throw DataError(.malformed, "'n_samples_seen_' of the scaler has \(counts.count) values for \(featureCount) features")
        }
        if let featureNames, featureNames.count != featureCount {
            throw DataError(.malformed, "the scaler has \(featureNames.count) feature names for \(featureCount) features")
        }
    }
}
