import ApusNN
import ApusTraining
import ArgumentParser

/// One training step and no more: the life of the process is the time to the first step.
struct FirstStepCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "first-step", abstract: "Does one training step; time the whole process to learn how long a start takes.")

    @Option(help: "The model.") var workload: Workload = .w0
    @Option(help: "Threads.") var threads = 2
    @Option(help: "Rows of the batch.") var batch = 32

    func validate() throws {
        if batch < 1 || threads < 1 { throw ValidationError("batch and threads are at least 1") }
    }

    func run() throws {
        let benchmark = workload.model
        let model = try benchmark.make()
        let step = try TrainingStep(model: model, batchCapacity: batch, threads: threads, seed: 1)
        let data = BenchmarkModel.examples(model, count: batch)
        var optimizer = benchmark.optimizer
        let losses = try step.run(
            inputs: data.inputs, targets: data.targets, sampleWeights: data.weights, rows: ArraySlice(0..<batch), step: 0, training: true)
        model.parameterBuffer.update { optimizer.update($0, gradients: UnsafeBufferPointer(step.gradients), pool: step.pool) }
        var line = Measurement(workload: workload.rawValue, mode: "first-step", batch: batch, threads: threads)
        line.add("loss", losses.total, digits: 5)
        line.add("peak_rss_mb", Process.peakMegabytes())
        print(line.json)
    }
}
