import ApusNN
import ArgumentParser

/// Times predictions of one batch, down to a single sample.
struct InferCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "infer", abstract: "Times predictions; --batch 1 is the latency of one sample.")

    @Option(help: "The model.") var workload: Workload = .w0
    @OptionGroup var options: MeasurementOptions
    @Option(help: "Rows of a batch.") var batch = 1024

    func validate() throws {
        if batch < 1 { throw ValidationError("batch is at least 1") }
    }

    func run() throws {
        let model = try workload.model.make()
        let predictor = Predictor(model: model, threads: options.threads)
        let data = BenchmarkModel.examples(model, count: batch)
        _ = try predictor.predict(data.inputs)
        // Enough calls for half a second an epoch, as the clock of the kernel's accounts ticks only a hundred times a second.
        let start = QuietTimer.now()
        for _ in 0..<5 { _ = try predictor.predict(data.inputs) }
        let calls = max(3, Int(0.5 * 5 / (QuietTimer.now() - start)))
        var timer = QuietTimer(cores: Process.cores())
        try timer.run(wanted: options.epochs) { for _ in 0..<calls { _ = try predictor.predict(data.inputs) } }
        var line = Measurement(workload: workload.rawValue, mode: batch == 1 ? "latency" : "infer", batch: batch, threads: options.threads)
        line.add(timer, wanted: options.epochs, steps: calls, rows: batch * calls)
        line.add("peak_rss_mb", Process.peakMegabytes())
        line.add("params", model.parameterCount)
        print(line.json)
    }
}
