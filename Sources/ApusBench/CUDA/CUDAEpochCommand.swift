import ApusCUDA
import ApusJSON
import ApusNN
import ApusTraining
import ArgumentParser

/// Times whole epochs of the training loop on the GPU: shuffling, bursts, losses and metrics.
struct CUDAEpochCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "epoch", abstract: "Times whole epochs of the training loop.")

    @Option(help: "The model.") var workload: Workload = .w0
    @Option(help: "Rows of a batch.") var batch = 32
    @Option(help: "Rows of an epoch.") var rows = 153_729
    @Option(help: "Epochs; the median counts.") var epochs = 3

    func validate() throws {
        if [batch, rows, epochs].contains(where: { $0 < 1 }) { throw ValidationError("batch, rows and epochs are at least 1") }
    }

    func run() throws {
        let device = try CUDADevice.best()
        let benchmark = workload.model
        let model = try benchmark.make()
        let data = BenchmarkModel.examples(model, count: rows)
        let names = model.heads.map(\.name)
        let examples = try Examples(inputs: data.inputs, targets: Dictionary(uniqueKeysWithValues: zip(names, data.targets)))
        let classHeads = model.heads.filter { $0.loss == .crossEntropy }.map { ($0.name, BenchmarkModel.classWeights) }
        let options = TrainingOptions(
            epochs: epochs, batchSize: batch, optimizer: benchmark.optimizer, classWeights: Dictionary(uniqueKeysWithValues: classHeads),
            restoreBestWeights: false, device: .cuda)
        let result = try Trainer(model: model, options: options).fit(examples)
        let seconds = result.history.epochs.map(\.seconds)
        let median = QuietTimer.median(seconds)
        var line = CUDALine("epoch", on: device, workload, batch: batch)
        line["rows"] = .int(rows)
        line["steps"] = .int(options.stepsPerEpoch(rows: rows))
        line["seconds"] = .double(median)
        line["us_per_step"] = .double(median / Double(options.stepsPerEpoch(rows: rows)) * 1e6)
        line["seconds_of_epochs"] = .array(seconds.map { .double($0) })
        line["losses"] = .array(result.history.epochs.map { .double($0.logs["loss"] ?? .nan) })
        line.write()
    }
}
