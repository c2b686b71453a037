import ApusCUDA
import ApusJSON
import ArgumentParser

/// Times training steps on the GPU, in bursts as the training loop runs them.
struct CUDATrainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "train", abstract: "Times training steps; of models side by side, a step of all of them.")

    @Option(help: "The model.") var workload: Workload = .w0
    @Option(help: "Rows of a batch.") var batch = 32
    @Option(help: "Steps of a measurement.") var steps = 1000
    @Option(help: "Models that train side by side, on the same examples.") var models = 1
    @Option(help: "Measurements; the median counts.") var repeats = 3

    func validate() throws {
        if [batch, steps, models, repeats].contains(where: { $0 < 1 }) { throw ValidationError("batch, steps, models and repeats are at least 1") }
    }

    func run() throws {
        let context = try CUDAContext(.best())
        var training = try CUDATraining(workload.model, batch: batch, models: models, on: context)
        // The first bursts record the graph and bring up the clock of the GPU.
        _ = try training.run(steps: min(steps, 2 * training.burstCapacity))
        var times: [Double] = []
        var loss = 0.0
        for _ in 0..<repeats {
            let start = QuietTimer.now()
            loss = try training.run(steps: steps)
            times.append((QuietTimer.now() - start) / Double(steps) * 1e6)
        }
        var line = CUDALine("train", on: context.device, workload, batch: batch, models: models)
        let median = QuietTimer.median(times)
        line["us_per_step"] = .double(median)
        line["us_per_model_step"] = .double(median / Double(models))
        line["us_of_repeats"] = .array(times.map { .double($0) })
        line["steps"] = .int(steps)
        line["steps_per_burst"] = .int(training.burstCapacity)
        line["resident"] = .bool(training.examples.isResident)
        line["loss"] = .double(loss)
        line["params"] = .int(training.parameterCount)
        line.write()
    }
}
