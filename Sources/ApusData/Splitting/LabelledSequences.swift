/// The three arrays of a training set, loaded together, checked, and reduced to the rows that have a label.
public struct LabelledSequences: Sendable {
    /// T: bars a sequence covers.
    public let steps: Int
    /// F: features a bar has.
    public let features: Int
    /// Row-major, shape (N, T, F); memory-mapped when nothing had to be converted or left out in between.
    public let inputs: SharedFloats
    /// Class id per row, 0 ..< classNames.count.
    public let classes: [Int32]
    /// Bars to the next point per row, 0 or more.
    public let bars: [Float]
    public let classNames: [String]
    /// Rows left out because class or bars is -1, wherever they were.
    public let droppedUnlabelled: Int
    /// Rows left out because only a sample was asked for.
    public let droppedBySample: Int

    /// N: rows.
    public var count: Int { classes.count }

    /// Loads and checks the arrays `X` (N, T, F), `y_class` (N) and `y_reg` (N).
    ///
    /// - Parameters:
    ///   - sample: the share of labelled rows to keep, above 0 and at most 1. The most recent rows are kept, in order: one contiguous
    ///     stretch of time keeps the split chronological, and its end is what a model is for.
    ///   - progress: told the share that is checked.
    /// - Throws: `DataError` when shapes disagree, classes or targets are out of range, or an input is NaN or infinite (with row, step,
    ///   feature and count); `CancellationError` when `shouldStop` says so.
    public static func load(
        sequences sequencesPath: String, classes classesPath: String, bars barsPath: String, sample: Double = 1,
        classNames: [String] = SwingType.abbreviations, featureNames: [String] = TechnicalFeatures.names,
        progress: (Double) -> Void = { _ in }, shouldStop: () -> Bool = { false }
    ) throws -> LabelledSequences {
        guard sample > 0, sample <= 1 else {
            throw DataError(.invalidValues, "a sample of \(sample) is not possible; write a share above 0 and at most 1, such as 0.1")
        }
        let array = try NumPyArray(path: sequencesPath)
        guard array.shape.count == 3, !array.shape.contains(0), array.elementType != .bool else {
            throw DataError(
                .invalidValues,
                "expected sequences of shape (N, steps, features), found \(array.elementType.rawValue) of shape \(array.header.tupleText)",
                source: sequencesPath)
        }
        let classes = try labels(classesPath, rowCount: array.shape[0])
        let bars = try labels(barsPath, rowCount: array.shape[0])
        try checkRange(classes, below: classNames.count, what: "class", source: classesPath)
        try checkRange(bars, below: Int(Int32.max), what: "target", source: barsPath)

        let labelled = classes.indices.filter { classes[$0] >= 0 && bars[$0] >= 0 }
        guard !labelled.isEmpty else { throw DataError(.invalidValues, "none of the \(classes.count) rows has a label", source: classesPath) }
        let kept = labelled.suffix(max(1, Int(Double(labelled.count) * sample)))
        let inputs = rows(kept, of: array, width: array.shape[1] * array.shape[2])
        let result = LabelledSequences(
            steps: array.shape[1], features: array.shape[2], inputs: inputs, classes: kept.map { Int32(classes[$0]) },
            bars: kept.map { Float(bars[$0]) },
            classNames: classNames, droppedUnlabelled: classes.count - labelled.count, droppedBySample: labelled.count - kept.count)
        try result.checkFinite(rowNumbers: kept, featureNames: featureNames, source: sequencesPath, progress, shouldStop)
        return result
    }

    /// Loads the arrays of `files`.
    public static func load(
        _ files: FeatureFiles, sample: Double = 1, progress: (Double) -> Void = { _ in }, shouldStop: () -> Bool = { false }
    ) throws -> LabelledSequences {
        try load(sequences: files.sequences, classes: files.classes, bars: files.bars, sample: sample, progress: progress, shouldStop: shouldStop)
    }

    private static func labels(_ path: String, rowCount: Int) throws(DataError) -> [Int] {
        let array = try NumPyArray(path: path)
        guard array.shape == [rowCount] else {
            throw DataError(
                .invalidValues, "the shape is \(array.header.tupleText), but there are \(rowCount) sequences; the files belong to different runs",
                source: path)
        }
        do throws(DataError) { return try array.integers() } catch { throw DataError(error.code, error.message, source: path) }
    }

    private static func checkRange(_ values: [Int], below limit: Int, what: String, source: String) throws(DataError) {
        let wrong = values.indices.filter { values[$0] < -1 || values[$0] >= limit }
        guard let first = wrong.first else { return }
        throw DataError(
            .invalidValues,
            "\(wrong.count) rows have a \(what) outside 0 ..< \(limit) (or -1 for unlabelled); the first is \(values[first]) in row \(first)",
            source: source)
    }

    private static func rows(_ kept: ArraySlice<Int>, of array: NumPyArray, width: Int) -> SharedFloats {
        let all = array.sharedFloats()
        let first = kept.first!
        if kept.last! - first + 1 == kept.count { return all.slice(first * width..<(first + kept.count) * width) }
        return all.withUnsafeBufferPointer { values in
            SharedFloats(count: kept.count * width) { target in
                for (row, source) in kept.enumerated() {
                    _ = target[row * width..<(row + 1) * width].update(fromContentsOf: values[source * width..<(source + 1) * width])
                }
            }
        }
    }

    private func checkFinite(
        rowNumbers: ArraySlice<Int>, featureNames: [String], source: String, _ progress: (Double) -> Void, _ shouldStop: () -> Bool
    ) throws {
        let width = steps * features
        var first: Int?
        var valueCount = 0
        var rowCount = 0
        for row in 0..<count {
            if row.isMultiple(of: 8192) {
                progress(Double(row) / Double(count))
                if shouldStop() { throw CancellationError() }
            }
            let values = UnsafeBufferPointer(rebasing: inputs.values[row * width..<(row + 1) * width])
            guard Self.hasNonFinite(values) else { continue }
            first = first ?? row * width + values.firstIndex { !$0.isFinite }!
            valueCount += values.count { !$0.isFinite }
            rowCount += 1
        }
        progress(1)
        guard let first else { return }
        let feature = first % features
        let name = featureNames.count == features ? " '\(featureNames[feature])'" : ""
        throw DataError(
            .invalidValues,
            "\(valueCount) values in \(rowCount) of \(count) sequences are NaN or infinite; the first is \(inputs.values[first]) in sequence "
                + "\(rowNumbers[rowNumbers.startIndex + first / width]), step \(first / features % steps), feature \(feature)\(name). Clean the features and write the files again",
            source: source)
    }

    /// Whether an exponent is all ones. A plain maximum over integers, which the compiler vectorises.
    private static func hasNonFinite(_ values: UnsafeBufferPointer<Float>) -> Bool {
        var largest: UInt32 = 0
        for value in values { largest = max(largest, value.bitPattern & 0x7F80_0000) }
        return largest == 0x7F80_0000
    }
}
