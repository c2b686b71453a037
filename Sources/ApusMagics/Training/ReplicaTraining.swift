import ApusNN
import ApusSession
import ApusTraining
import Synchronization

/// `%%train --replicas`: models that differ in their seeds, of which the best is kept.
struct ReplicaTraining {
    private let start: Model
    private let count: Int
    private let options: TrainingOptions
    private let cell: CellContext

    init(_ start: Model, count: Int, options: TrainingOptions, _ cell: CellContext) {
        self.start = start
        self.count = count
        self.options = options
        self.cell = cell
    }

    /// Trains all and shows what became of each.
    func run(_ training: Examples, _ validation: Examples) throws -> ReplicasResult.Replica {
        let display = ReplicaDisplay(cell, count: count, epochs: options.epochs)
        let interruption = cell.interruption
        let result = try Replicas(count: count, options: options).run(
            training: training, validation: validation, observer: display, shouldStop: { interruption.isRequested }
        ) { number in try Model(start.declaration, inputShape: start.inputShape, seed: start.seed &+ UInt64(number)) }
        display.end()
        for warning in display.warnings { cell.out.warn(warning) }
        for problem in result.problems { cell.out.warn(problem) }
        let curves = TrainingCurves(heads: start.heads.map { ($0.name, $0.loss) })
        cell.out.display(curves.bundle(result.best.training.history, bestEpoch: result.best.training.bestEpoch))
        cell.out.display(table(result).bundle)
        cell.out.print(summary(result))
        return result.best
    }

    private func table(_ result: ReplicasResult) -> TableView {
        let names = result.best.training.history.names.filter { $0.hasPrefix("val_") && $0 != result.monitor }.prefix(4)
        let rows = result.replicas.map { replica in
            let epoch = replica.training.bestEpoch
            let logs = replica.training.history.epochs.first { $0.epoch == epoch }?.logs
            return [
                "\(replica.number + 1)\(replica.number == result.best.number ? " *" : "")", "\(replica.seed)",
                "\(replica.training.history.epochs.count)", epoch.map { "\($0 + 1)" } ?? "", replica.score.map(Number.significant) ?? "",
            ] + names.map { logs?[$0].map(Number.significant) ?? "" }
        }
        return TableView(
            title: "Replicas, each at its best epoch; * the one that is kept",
            headers: ["replica", "seed", "epochs", "best epoch", result.monitor] + names, rows: rows,
            alignments: Array(repeating: .right, count: 5 + names.count))
    }

    private func summary(_ result: ReplicasResult) -> String {
        guard let statistic = result.statistic else { return "No replica has ended an epoch." }
        let spread = statistic.standardDeviation.map { " ± \(Number.significant($0))" } ?? ""
        return "\(result.monitor) over \(statistic.count) seeds: \(Number.significant(statistic.mean))\(spread); "
            + "replica \(result.best.number + 1) is kept."
    }
}

/// One progress bar over the epochs of all replicas.
private final class ReplicaDisplay: ReplicasObserver {
    private let bar: ProgressDisplay
    private let output: CellOutput
    private let epochs: Int
    private let state: Mutex<State>

    private struct State {
        var epochsLeft: [Int]
        var warnings: [String] = []
    }

    init(_ cell: CellContext, count: Int, epochs: Int) {
        bar = cell.progress("Replicas", total: count * epochs, unit: "epochs")
        output = cell.out
        self.epochs = epochs
        state = Mutex(State(epochsLeft: Array(repeating: epochs, count: count)))
    }

    /// In the order in which they came, each once.
    var warnings: [String] { state.withLock(\.warnings) }

    func began(gpu: String?, fallbackReason: String?) { output.showDevice(gpu: gpu, fallbackReason: fallbackReason) }

    func epochEnded(_ record: EpochRecord, inReplica number: Int) {
        state.withLock { $0.epochsLeft[number] -= 1 }
        let figures = Number.figures(record.logs.prefix(3))
        bar.advance(message: "replica \(number + 1), epoch \(record.epoch + 1)/\(epochs) · \(figures)")
    }

    func warned(_ message: String, inReplica number: Int) {
        state.withLock { if !$0.warnings.contains(message) { $0.warnings.append(message) } }
    }

    /// A replica that stopped early, or had done some epochs before, has epochs that are not needed.
    func replicaEnded(_ number: Int) {
        let left = state.withLock { $0.epochsLeft[number] }
        if left > 0 { bar.advance(by: left) }
    }

    func end() { bar.finish() }
}

extension CellOutput {
    /// One line on what computes, where it is not what one would expect without a GPU.
    func showDevice(gpu: String?, fallbackReason: String?) {
        if let fallbackReason { print("Training on the CPU: \(fallbackReason).") }
        if let gpu { print("Training on the GPU: \(gpu).") }
    }
}
