import ApusData
import ApusModelFiles

/// A scaler of scikit-learn; nothing else is read out of a pickle.
enum PickleFile: FileKind {
    static func recognises(_ head: [UInt8]) -> Bool { ModelFileKind.detect(head: head) == .pickle }

    static func report(on path: String) throws -> FileReport {
        let scaler = try StandardScaler(picklePath: path)
        var report = FileReport("StandardScaler of scikit-learn (pickle)")
        report.add("scikit-learn", scaler.scikitLearnVersion)
        report.add("features", "\(scaler.featureCount)")
        switch scaler.sampleCount {
        case .all(let count): report.add("fitted on", "\(count) rows")
        case .perFeature(let counts): report.add("fitted on", "\(counts.min() ?? 0) to \(counts.max() ?? 0) rows, without missing values")
        }
        let text = { (values: [Double]?, index: Int) in values.map { "\($0[index])" } ?? "" }
        report.add(
            table: "features", ["name", "mean", "scale"],
            (0..<scaler.featureCount).map { index in
                [scaler.featureNames?[index] ?? "\(index)", text(scaler.mean, index), text(scaler.scale, index)]
            })
        return report
    }
}
