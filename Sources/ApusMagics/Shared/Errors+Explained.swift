public import ApusCUDA
public import ApusData
public import ApusHub
public import ApusIndicators
public import ApusNN
public import ApusModelFiles
public import ApusSession
public import ApusTraining

extension HubError: ExplainedError {
    public var name: String { code.rawValue }
    public var title: String { message }
    public var details: [String] { suggestions.isEmpty ? [] : ["did you mean \(suggestions.map { "'\($0)'" }.joined(separator: " or "))?"] }
    public var hint: String? { nextStep }
}

extension CUDAError: ExplainedError {
    public var name: String { kind == .unavailable ? "NoCUDA" : "CUDAError" }
    public var title: String { message }
    public var hint: String? { nextStep }
}

extension DataError: ExplainedError {
    public var name: String { "InvalidData" }
    public var title: String { description }
    /// A file in the Hub's cache is not the user's to mend.
    public var hint: String? {
        guard source?.contains("/snapshots/") == true else { return nil }
        return "`%%download --verify` checks that the file is the hub's; when it is, the repository needs a sound one"
    }
}

extension IndicatorError: ExplainedError {
    public var name: String { code == .unknownColumn || code == .invalidParameter ? "InvalidColumn" : "InvalidData" }
    public var title: String { message }
}

extension MetricError: ExplainedError {
    public var name: String { "InvalidMetric" }
    public var title: String { description }
}

extension ModelError: ExplainedError {
    public var name: String { "InvalidModel" }
    public var title: String { message }
}

extension TrainingError: ExplainedError {
    public var name: String { "TrainingFailed" }
    public var title: String { description }
}

extension CheckpointError: ExplainedError {
    public var name: String { "CheckpointFailed" }
    public var title: String { description }
}

extension ModelFileError: ExplainedError {
    public var name: String { "ModelFile" }
    public var title: String { path.map { "\($0): \(message)" } ?? message }
    public var hint: String? { nextStep }
}
