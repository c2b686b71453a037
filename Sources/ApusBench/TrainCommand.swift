import ApusNN
import ApusTensor
import ApusTraining
import ArgumentParser

/// What `train` and `infer` share.
struct MeasurementOptions: ParsableArguments {
    @Option(help: "The model.") var workload: Workload = .w0
    @Option(help: "Threads.") var threads = 2
    @Option(help: "Clean epochs wanted; one more warms up.") var epochs = 7

    func validate() throws {
        if threads < 1 || epochs < 1 { throw ValidationError("threads and epochs are at least 1") }
    }
}

/// Times whole training steps: batch, forward, backward, optimiser.
struct TrainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "train", abstract: "Times training steps.")

    @OptionGroup var options: MeasurementOptions
    @Option(help: "Rows of a batch.") var batch = 32
    @Option(help: "Steps of an epoch; the default depends on workload and batch.") var steps: Int?

    func validate() throws {
        if batch < 1 || (steps ?? 1) < 1 { throw ValidationError("batch and steps are at least 1") }
    }

    func run() throws {
        let start = QuietTimer.now()
        let steps = steps ?? options.workload.steps(batch: batch)
        let model = try Model(options.workload.description, inputShape: options.workload.inputShape, seed: 1)
        let step = try TrainingStep(model: model, batchCapacity: batch, threads: options.threads, seed: 1)
        let prepared = QuietTimer.now()
        let data = options.workload.examples(model, count: batch * steps)
        let dataSeconds = QuietTimer.now() - prepared
        var optimizer = options.workload.optimizer
        let rows = Array(0..<batch * steps)
        var number: UInt64 = 0
        var losses: [Double] = []
        var firstStep: Double?
        var timer = QuietTimer(cores: Process.cores())
        try timer.run(wanted: options.epochs) {
            var total = 0.0
            for first in stride(from: 0, to: rows.count, by: batch) {
                total += try step.run(
                    inputs: data.inputs, targets: data.targets, sampleWeights: data.weights, rows: rows[first..<first + batch], step: number,
                    training: true
                ).total
                model.parameterBuffer.update { optimizer.update($0, gradients: UnsafeBufferPointer(step.gradients)) }
                number += 1
                firstStep = firstStep ?? QuietTimer.now() - start - dataSeconds
            }
            losses.append(total / Double(steps))
        }
        var line = Measurement(workload: options.workload, mode: "train", batch: batch, threads: options.threads)
        line.add(timer, wanted: options.epochs, steps: steps, batch: batch)
        line.add("loss_curve", losses)
        line.add("peak_rss_mb", Process.peakMegabytes())
        line.add("first_step_s", firstStep ?? 0, digits: 4)
        line.add("params", model.parameterCount)
        print(line.json)
    }
}
