import ApusData
import ApusIndicators
import ApusJSON
import ApusModelFiles

/// How candles become the inputs of a model, and what its answer means: the member `windows` of a published `config.json`.
struct WindowSettings: Equatable {
    let columns: [String]
    /// T.
    let steps: Int
    let target: ForwardTarget
    /// The probability above which the answer is yes; nil for a model that predicts a number.
    let decisionThreshold: Float?

    static let member = "windows"

    var json: JSON {
        var object: JSONObject = [
            "columns": .array(columns.map(JSON.string)), "window": .int(steps), "target": .string(target.kind.rawValue),
            "horizon": .int(target.horizon), "threshold": .double(target.threshold),
        ]
        if let decisionThreshold { object["decision_threshold"] = .double(Double(decisionThreshold.description) ?? Double(decisionThreshold)) }
        return .object(object)
    }

    init(columns: [String], steps: Int, target: ForwardTarget, decisionThreshold: Float?) {
        self.columns = columns
        self.steps = steps
        self.target = target
        self.decisionThreshold = decisionThreshold
    }

    init(_ data: WindowData, evaluation: Evaluation?) {
        self.init(
            columns: data.table.names, steps: data.windows.steps, target: data.target,
            decisionThreshold: data.target.kind.isBinary ? evaluation?.binary?.threshold?.value ?? 0.5 : nil)
    }

    /// - Throws: `ModelFileError` when the configuration says nothing about windows, or nothing that can be.
    init(_ configuration: ModelConfiguration) throws {
        func problem(_ what: String) -> ModelFileError {
            ModelFileError(
                .damaged, "config.json \(what)", hint: "use the config.json that %%upload wrote beside a model of %%preprocess --columns")
        }
        guard let object = configuration.additional[Self.member]?.object else {
            throw problem("has no member '\(Self.member)', which says how candles become inputs")
        }
        guard let columns = object["columns"]?.array?.compactMap(\.string), !columns.isEmpty, let steps = object["window"]?.int, steps >= 1,
            let kind = object["target"]?.string.flatMap(ForwardTarget.Kind.init), let horizon = object["horizon"]?.int
        else { throw problem("has a damaged member '\(Self.member)': it needs columns, window, target and horizon") }
        let decision = object["decision_threshold"]?.double
        guard decision.map({ (0...1).contains($0) }) ?? true else { throw problem("has a decision threshold that is no probability") }
        self.init(
            columns: columns, steps: steps,
            target: try ForwardTarget(kind, horizon: horizon, threshold: object["threshold"]?.double ?? 0),
            decisionThreshold: kind.isBinary ? Float(decision ?? 0.5) : nil)
    }
}
