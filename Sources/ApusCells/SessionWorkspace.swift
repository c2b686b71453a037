import ApusMagics
public import ApusNN
import ApusSession
public import ApusTraining
import CellSupport

/// What the magics of this session have left, and what they will find.
@MainActor public let workspace = SessionWorkspace()

/// The values that cells pass on, for Swift code: `try workspace.model` is what `%%build` built, or `%%train` trained.
///
/// Each is as the cell before left it. What is put in counts for the cells that follow.
@MainActor public struct SessionWorkspace {
    /// The model of `%%train`, or of `%%build` when that ran later or alone.
    ///
    /// - Throws: ``MissingWorkspaceValue``, which names the magic to run.
    public var model: Model {
        get throws {
            let contents = try contents
            let (built, trained) = (contents.cell(of: WorkspaceKeys.model) ?? -1, contents.cell(of: WorkspaceKeys.training) ?? -1)
            if trained > built, let training = contents[WorkspaceKeys.training] { return training.model }
            return try contents.require(WorkspaceKeys.model).model
        }
    }

    /// The next `%%train` trains this model, in a copy.
    public func use(_ model: Model) throws {
        try contents[WorkspaceKeys.model] = BuiltModel(model: model, recipe: nil)
    }

    /// Every `%%train` from now on asks these after each epoch, beside those of its options, until others take their place.
    ///
    /// ```swift
    /// struct StopAt: TrainingCallback {
    ///     var monitor = "val_loss"
    ///     var limit: Double
    ///     var settings: String { "StopAt(\(limit))" }
    ///     var state: CallbackState { [:] }
    ///     func restore(_ state: CallbackState) {}
    ///     func epochEnded(_ epoch: Int, value: Double, learningRate: Float) -> [CallbackAction] {
    ///         value < limit ? [.stop(reason: "val_loss is below \(limit)")] : []
    ///     }
    /// }
    /// try workspace.use(StopAt(limit: 0.3))
    /// ```
    public func use(_ callbacks: any TrainingCallback...) throws {
        try contents[WorkspaceKeys.callbacks] = callbacks
    }

    /// The labelled sequences of `%%preprocess`, split by time.
    public var data: SessionData {
        get throws { SessionData(data: try contents.require(WorkspaceKeys.data)) }
    }

    /// How the training of `%%train` went.
    public var history: History {
        get throws { try contents.require(WorkspaceKeys.training).history }
    }

    private var contents: Workspace {
        get throws {
            guard let cell = CellHost.shared.cell else {
                throw CellFailure("NoCell", "no cell runs, so there is no workspace", hint: "use it before the cell ends")
            }
            return cell.workspace
        }
    }
}

/// Examples to learn from, to choose by and to judge by, in the order of time. Inputs are (N, T, F), targets by the name of a head.
public struct SessionData {
    fileprivate let data: any TrainingData

    public var training: Examples { get throws { try data.examples(data.split.training) } }
    public var validation: Examples { get throws { try data.examples(data.split.validation) } }
    public var test: Examples { get throws { try data.examples(data.split.test) } }

    /// The classes of the head that learns some, in the order of its outputs.
    public var classNames: [String] { data.classNames }
}

extension SessionData: CustomStringConvertible {
    public var description: String { data.summary }
}
