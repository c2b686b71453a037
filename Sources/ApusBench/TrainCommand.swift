import ArgumentParser

/// What the measuring commands share.
struct MeasurementOptions: ParsableArguments {
    @Option(help: "Threads.") var threads = 2
    @Option(help: "Clean epochs wanted; one more warms up.") var epochs = 7

    func validate() throws {
        if threads < 1 || epochs < 1 { throw ValidationError("threads and epochs are at least 1") }
    }
}

/// Times whole training steps of a workload.
struct TrainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "train", abstract: "Times training steps.")

    @Option(help: "The model.") var workload: Workload = .w0
    @OptionGroup var options: MeasurementOptions
    @Option(help: "Rows of a batch.") var batch = 32
    @Option(help: "Steps of an epoch; the default depends on workload and batch.") var steps: Int?

    func validate() throws {
        if batch < 1 || (steps ?? 1) < 1 { throw ValidationError("batch and steps are at least 1") }
    }

    func run() throws {
        let steps = steps ?? workload.steps(batch: batch)
        let measurement = TrainingMeasurement(
            benchmark: workload.model, batch: batch, rows: batch * steps, threads: options.threads, epochs: options.epochs)
        print(try measurement.run().json)
    }
}
