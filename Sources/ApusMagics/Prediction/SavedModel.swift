import ApusData
import ApusModelFiles
import ApusNN
import ApusSession
import ApusSystem

/// A model with all that is needed to predict from candles.
struct SavedModel {
    let model: Model
    let scaler: StandardScaler
    let settings: WindowSettings
    /// What it is called in tables.
    let name: String

    /// Names under which `%%upload` publishes a model, in the order in which they are tried.
    static let modelFiles = ["model.safetensors", "model.h5", "model.keras", "best_model.pth"]
    static let scalerFile = "scaler.pkl"
    static let configurationFile = "config.json"

    init(model: Model, scaler: StandardScaler, settings: WindowSettings, name: String) throws(CellFailure) {
        let found = model.inputShape
        guard found == [settings.steps, settings.columns.count] else {
            throw CellFailure(
                "ModelMismatch",
                "the model reads windows of (\(found.map(String.init).joined(separator: ", "))), but its config.json describes "
                    + "(\(settings.steps), \(settings.columns.count))", hint: "use the files of one %%upload together")
        }
        guard scaler.featureCount == settings.columns.count else {
            throw CellFailure(
                "ModelMismatch", "the scaler has \(scaler.featureCount) columns, the model \(settings.columns.count)",
                hint: "use the files of one %%upload together")
        }
        self.model = model
        self.scaler = scaler
        self.settings = settings
        self.name = name
    }

    /// Reads the files that `%%upload` wrote, from a folder.
    init(folder: String) throws {
        guard let file = Self.modelFiles.first(where: { FileSystem.fileSize("\(folder)/\($0)") != nil }) else {
            throw CellFailure(
                "NoModel", "there is no model in \(folder)", details: ["looked for \(Self.modelFiles.joined(separator: ", "))"],
                hint: "name the folder that holds what %%upload published: model, scaler.pkl and config.json")
        }
        let configuration = try ModelConfiguration(reading: "\(folder)/\(Self.configurationFile)")
        let settings = try WindowSettings(configuration)
        try self.init(
            model: try Self.model("\(folder)/\(file)", settings), scaler: StandardScaler(picklePath: "\(folder)/\(Self.scalerFile)"),
            settings: settings, name: "\(configuration.metadata.symbol) \(configuration.metadata.timeframe)")
    }

    private static func model(_ path: String, _ settings: WindowSettings) throws(ModelFileError) -> Model {
        // A Keras file says nothing of the steps of a recurrent model.
        if path.hasSuffix(".h5") { return try KerasModelFile.read(path, steps: settings.steps) }
        return path.hasSuffix(".pth") ? try TorchCheckpoint(reading: path).makeModel() : try ModelFile.read(path)
    }

    /// The model of this session's `%%train`.
    init(_ training: FinishedTraining, _ data: WindowData, _ evaluation: Evaluation?) throws(CellFailure) {
        try self.init(
            model: training.model, scaler: data.scaler, settings: WindowSettings(data, evaluation: evaluation),
            name: "\(data.origin.symbol) \(data.origin.timeframe)")
    }
}
