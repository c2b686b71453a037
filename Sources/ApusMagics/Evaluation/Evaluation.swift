import ApusData
import ApusNN
import ApusSession
import ApusTensor
import ApusTraining

/// What a trained model reaches on rows it never saw, beside what is reached without a model.
struct Evaluation {
    let rows: Int
    /// In the order of the model's heads.
    let heads: [HeadEvaluation]

    /// - Throws: `MetricError` when outputs or targets cannot be judged; `ModelError` with the code `interrupted` when `shouldStop` says so.
    init(_ model: Model, on data: any TrainingData, threads: Int, shouldStop: () -> Bool) throws {
        let test = try data.examples(data.split.test)
        let outputs = try model.predict(test.inputs, threads: threads, shouldStop: shouldStop)
        // A threshold is chosen where training was watched, never on the rows it is judged by.
        let needsThreshold = model.heads.contains { $0.loss == .binaryCrossEntropy }
        let validationRows = needsThreshold ? try data.examples(data.split.validation).inputs : nil
        let validation = try validationRows.map { try model.predict($0, threads: threads, shouldStop: shouldStop) } ?? []
        rows = test.count
        let judged = JudgedRows(data: data, split: data.split)
        var heads: [HeadEvaluation] = []
        for (index, head) in model.heads.enumerated() {
            guard let target = data.target(head.name) else { continue }
            let validationOutput = validation.isEmpty ? [] : validation[index].scalars
            heads.append(try HeadEvaluation(target, output: outputs[index].scalars, validationOutput: validationOutput, judged))
        }
        self.heads = heads
    }

    /// Of the first head that learns classes, and of the first that learns a number.
    var classes: ClassScores? { heads.lazy.compactMap { if case .classes(let scores) = $0.scores { scores } else { nil } }.first }
    var number: NumberScores? { heads.lazy.compactMap { if case .number(let scores) = $0.scores { scores } else { nil } }.first }
    var binary: BinaryScores? { heads.lazy.compactMap { if case .binary(let scores) = $0.scores { scores } else { nil } }.first }

    var summary: String { (["\(rows) test rows"] + heads.map(\.summary)).joined(separator: ", ") }
}

/// The rows that a model is judged by, and those that its baselines and its threshold come from.
struct JudgedRows {
    let data: any TrainingData
    let split: ChronologicalSplit

    func training(_ target: DataTarget) -> [Float] { data.labels(target, of: split.training) }
    func validation(_ target: DataTarget) -> [Float] { data.labels(target, of: split.validation) }
    func test(_ target: DataTarget) -> [Float] { data.labels(target, of: split.test) }
}

/// What one head reaches.
struct HeadEvaluation {
    enum Scores {
        case classes(ClassScores)
        case binary(BinaryScores)
        case number(NumberScores)
    }

    let target: DataTarget
    let scores: Scores

    init(_ target: DataTarget, output: [Float], validationOutput: [Float], _ rows: JudgedRows) throws {
        self.target = target
        switch target.kind {
        case .classes(let names): scores = .classes(try ClassScores(target, names, output: output, rows))
        case .binary: scores = .binary(try BinaryScores(target, output: output, validationOutput: validationOutput, rows))
        case .number(let scale): scores = .number(try NumberScores(target, scale, output: output, rows))
        }
    }

    var summary: String {
        switch scores {
        case .classes(let scores): "accuracy \(Number.text(scores.confusion.accuracy))"
        case .binary(let scores): scores.summary
        case .number(let scores): "RMSE \(Number.significant(scores.learned.rootMeanSquaredError))"
        }
    }

    var tables: [TableView] {
        switch scores {
        case .classes(let scores): scores.tables
        case .binary(let scores): scores.tables
        case .number(let scores): [scores.table]
        }
    }
}

extension WorkspaceKeys {
    static let evaluation = WorkspaceKey<Evaluation>("evaluation", producedBy: "evaluate") { $0.summary }
}
