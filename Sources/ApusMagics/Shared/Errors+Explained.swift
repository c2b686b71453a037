public import ApusData
public import ApusHub
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

extension DataError: ExplainedError {
    public var name: String { "InvalidData" }
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
}
