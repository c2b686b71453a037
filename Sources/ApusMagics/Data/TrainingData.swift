package import ApusData
package import ApusSession
package import ApusTraining

/// Examples in the order of time, cut into training, validation and test part, with what the heads of a model may learn from them.
///
/// `%%preprocess` leaves one: of downloaded feature files (``FeatureFileData``), or of windows over candles (``WindowData``).
package protocol TrainingData: Sendable {
    /// Shape of one example: T steps, F features.
    var inputShape: [Int] { get }
    /// Names of the F features; empty when nobody knows them.
    var featureNames: [String] { get }
    var split: ChronologicalSplit { get }
    /// What heads may learn, each by the name that its head must have.
    var targets: [DataTarget] { get }
    var origin: DataOrigin { get }
    /// One line for `%who`.
    var summary: String { get }

    /// Inputs (N, T, F), and per target (N, C): one-hot classes, or one number.
    func examples(_ rows: Range<Int>) throws -> Examples

    /// What `target` is in each of `rows`: the number of the class, 0 or 1, or the number that is learned.
    func labels(_ target: DataTarget, of rows: Range<Int>) -> [Float]

    /// The rows before the test part, which every choice may be made by.
    var development: Range<Int> { get }
    /// Rows between two parts that neither their inputs nor their targets share with the other.
    var leastGap: Int { get }

    /// The same rows, cut in another way, with whatever was fitted to the training part fitted to the new one; test is what is evaluated.
    func split(training: Range<Int>, validation: Range<Int>, evaluation: Range<Int>) throws -> any TrainingData

    /// Writes the scaler of the features.
    func writeScaler(_ format: ScalerFormat, to path: String) throws
}

/// How a scaler is written.
package enum ScalerFormat: String, CaseIterable, Sendable {
    /// A pickle of scikit-learn's `StandardScaler`.
    case scikitLearn = "scikit-learn"
    /// A pickle of `{'mean', 'std', 'feature_columns'}`, which needs NumPy alone.
    case meanStd = "mean-std"
}

/// Where data come from, as published files name it.
package struct DataOrigin: Sendable {
    let symbol: String
    let timeframe: String
}

/// What one head may learn.
package struct DataTarget: Sendable {
    package enum Kind: Sendable {
        /// One of several classes, one-hot.
        case classes([String])
        /// Whether something happens; 1 is yes.
        case binary
        /// A number.
        case number(Scale)
    }

    package enum Scale: Sendable {
        case plain
        /// log(1 + n) of a count of `unit`.
        case log1p(unit: String)
    }

    /// Also the name of the head that learns it.
    let name: String
    /// What it is, as a title.
    let title: String
    let kind: Kind

    var outputs: Int { if case .classes(let names) = kind { names.count } else { 1 } }
}

extension TrainingData {
    func target(_ name: String) -> DataTarget? { targets.first { $0.name == name } }

    /// The names of the classes of the first target that has some.
    package var classNames: [String] {
        targets.lazy.compactMap { if case .classes(let names) = $0.kind { names } else { nil } }.first ?? []
    }

    var partsText: String { "\(split.training.count) training, \(split.validation.count) validation, \(split.test.count) test" }
}

extension WorkspaceKeys {
    package static let data = WorkspaceKey<any TrainingData>("data", producedBy: "preprocess") { $0.summary }
}
