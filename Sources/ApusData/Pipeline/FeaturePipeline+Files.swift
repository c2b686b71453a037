import ApusJSON

extension FeaturePipeline {
    /// Writes the six files into `folder` (made when missing). All are complete under temporary names before the first gets its
    /// real name, so that an error or a full disk leaves what was there before.
    ///
    /// Sequences are cut from the rows while writing; the (N, T, F) array never exists in memory.
    ///
    /// - Parameter progress: told the share of the sequences that is written, between 0 and 1.
    /// - Throws: `DataError`; `CancellationError` when `shouldStop` says so.
    @discardableResult
    public func write(
        to folder: String, inputFile: String, progress: (Double) -> Void = { _ in }, shouldStop: () -> Bool = { false }
    ) throws -> FeatureFiles {
        try makeFolder(folder)
        let files = FeatureFiles(folder: folder, timeframe: timeframe.description)
        let sequences = try NumPyWriter(
            path: files.sequences, elementType: .float32, shape: [sequenceCount, options.sequenceLength, featureCount])
        try writeSequences(to: sequences, progress, shouldStop)
        let classes = try NumPyWriter(path: files.classes, elementType: .int32, shape: [sequenceCount])
        try classes.append(sequenceClasses)
        let bars = try NumPyWriter(path: files.bars, elementType: .int32, shape: [sequenceCount])
        try bars.append(sequenceBars)
        let scalerFile = try OutputFile(path: files.scaler)
        try scalerFile.write(scaler.pickled())
        let pointsFile = try OutputFile(path: files.points)
        try pointsFile.write(pointsJSON.text(.indented(2)))
        let statisticsFile = try OutputFile(path: files.statistics)
        try statisticsFile.write(statisticsJSON(inputFile: inputFile).text(.indented(2)))

        for writer in [sequences, classes, bars] { try writer.sync() }
        for file in [scalerFile, pointsFile, statisticsFile] { try file.sync() }
        for writer in [sequences, classes, bars] { try writer.commit() }
        for file in [scalerFile, pointsFile, statisticsFile] { try file.commit() }
        return files
    }

    private func writeSequences(to writer: NumPyWriter, _ progress: (Double) -> Void, _ shouldStop: () -> Bool) throws {
        let width = options.sequenceLength * featureCount
        try rows.withUnsafeBufferPointer { rows in
            for sequence in 0..<sequenceCount {
                let start = sequence * featureCount
                try writer.append(UnsafeBufferPointer(rebasing: rows[start..<start + width]))
                guard sequence.isMultiple(of: 4096) else { continue }
                progress(Double(sequence) / Double(sequenceCount))
                if shouldStop() { throw CancellationError() }
            }
        }
        progress(1)
    }
}
