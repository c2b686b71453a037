import ApusNN
import ApusTraining

/// Training steps over made-up examples, as often as it takes to time them.
struct TrainingMeasurement {
    var benchmark: BenchmarkModel
    /// Rows of a batch.
    var batch: Int
    /// Rows of an epoch; the last batch has what is left.
    var rows: Int
    var threads: Int
    /// Clean epochs wanted.
    var epochs: Int

    /// Times whole training steps: batch, forward, backward, optimiser.
    func run() throws -> Measurement {
        let model = try benchmark.make()
        let step = try TrainingStep(model: model, batchCapacity: batch, threads: threads, seed: 1)
        let data = BenchmarkModel.examples(model, count: rows)
        let order = Array(0..<rows)
        let starts = stride(from: 0, to: rows, by: batch)
        let steps = (rows + batch - 1) / batch
        var optimizer = benchmark.optimizer
        var number: UInt64 = 0
        var losses: [Double] = []
        var timer = QuietTimer(cores: Process.cores())
        try timer.run(wanted: epochs) {
            var total = 0.0
            for first in starts {
                total += try step.run(
                    inputs: data.inputs, targets: data.targets, sampleWeights: data.weights, rows: order[first..<min(first + batch, rows)],
                    step: number, training: true
                ).total
                model.parameterBuffer.update {
                    optimizer.update($0, gradients: UnsafeBufferPointer(step.gradients), pool: step.pool)
                }
                number += 1
            }
            losses.append(total / Double(steps))
        }
        var line = Measurement(workload: benchmark.name, mode: "train", batch: batch, threads: threads)
        line.add(timer, wanted: epochs, steps: steps, rows: rows)
        line.add("loss_curve", losses)
        line.add("peak_rss_mb", Process.peakMegabytes())
        line.add("params", model.parameterCount)
        return line
    }
}
