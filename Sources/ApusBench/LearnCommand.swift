import ApusData
import ApusNN
import ApusTensor
import ApusTraining
import ArgumentParser
import Glibc

/// What the two-headed LSTM learns from a data set, over several seeds: speed is worth nothing if it costs accuracy.
struct LearnCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "learn", abstract: "Trains the two-headed LSTM from several seeds and prints what it learned.",
        discussion: """
            The folder holds X_sequences.npy (N, 30, 13), y_class.npy (N) of 0 to 3 and y_reg.npy (N) of positive numbers. The first 70 % of the \
            rows are trained on in order, the next 15 % validate; the regression target is log(1 + y).
            """)

    @Option(help: "Folder of the data set.") var data: String
    @Option(help: "Number of seeds.") var seeds = 5
    @Option(help: "Epochs of a run, without early stopping.") var epochs = 15
    @Option(help: "Rate of all dropouts.") var dropout = 0.2
    @Option(help: "Threads.") var threads = 2

    func validate() throws {
        if !(0..<1).contains(dropout) { throw ValidationError("the dropout rate is at least 0 and below 1") }
        if seeds < 1 || epochs < 1 || threads < 1 { throw ValidationError("seeds, epochs and threads are at least 1") }
    }

    func run() throws {
        let set = try LearnableSet(folder: data)
        var scores: [Score] = []
        let start = QuietTimer.now()
        for seed in 0..<seeds { scores.append(try score(set, seed: UInt64(seed))) }
        let seconds = (QuietTimer.now() - start) / Double(seeds)
        var line = Measurement(workload: "learnable", mode: "learn", batch: 32, threads: threads)
        line.add("seeds", seeds)
        line.add("epochs", epochs)
        line.add("seconds_per_seed", seconds, digits: 2)
        line.add("val_accuracy", scores.map(\.accuracy))
        line.add("val_rmse", scores.map(\.rmse))
        line.add("val_log_loss", scores.map(\.logLoss))
        print(line.json)
    }

    private struct Score {
        var accuracy, rmse, logLoss: Double
    }

    /// Scores on the validation rows after the last epoch.
    private func score(_ set: LearnableSet, seed: UInt64) throws -> Score {
        let recipe = Recipe.multiTaskLSTM
        let description = try ModelDescription(parsing: recipe.body.replacing("Dropout(0.2)", with: "Dropout(\(dropout))"))
        let model = try Model(description, inputShape: recipe.inputShape, seed: seed)
        let (train, validation) = (0..<set.classes.count * 7 / 10, set.classes.count * 7 / 10..<set.classes.count * 85 / 100)
        let options = TrainingOptions(
            epochs: epochs, optimizer: Adam(learningRate: 1e-3), classWeights: ["direction": [1.0, 1.5, 2.0, 2.4]], restoreBestWeights: false,
            shuffle: false, seed: seed, threads: threads)
        try Trainer(model: model, options: options).fit(set.examples[train])
        let outputs = try model.predict(set.examples.inputs.rows(validation), threads: threads)
        let probabilities = outputs[0].scalars
        let truth = Array(set.classes[validation])
        return Score(
            accuracy: try ConfusionMatrix(truth: truth, predictions: predictedClasses(scores: probabilities, classes: 4), classes: 4).accuracy,
            rmse: try RegressionMetrics(truth: Array(set.logBars[validation]), predictions: outputs[1].scalars).rootMeanSquaredError,
            logLoss: try logLoss(truth: truth, probabilities: probabilities, classes: 4))
    }
}

/// A data set of sequences with a class and a positive number each.
struct LearnableSet {
    let examples: Examples
    let classes: [Int]
    /// log(1 + y).
    let logBars: [Float]

    init(folder: String) throws {
        let inputs = try NumPyArray(path: "\(folder)/X_sequences.npy")
        classes = try NumPyArray(path: "\(folder)/y_class.npy").doubles().map { Int($0) }
        let bars = try NumPyArray(path: "\(folder)/y_reg.npy").floats()
        logBars = bars.map(log1p)
        examples = try Examples(
            inputs: Tensor(shape: inputs.shape, inputs.floats()),
            targets: ["direction": oneHot(classes, classes: 4), "bars": Tensor(shape: [bars.count, 1], logBars)])
    }
}
