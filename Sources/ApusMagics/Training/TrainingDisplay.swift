import ApusNN
import ApusSession
import ApusTraining

/// Shows a run as it goes: one progress bar, the curves, and at the end the table of epochs.
final class TrainingDisplay: TrainingObserver {
    private let cell: CellContext
    private let curves: TrainingCurves
    private var bar: ProgressDisplay?
    private var figure: CellDisplay?
    private var history = History()
    private var lastDrawn: Duration?
    private var stepsPerEpoch = 1

    /// The least time between two drawings of the curves: they are larger than a progress bar.
    private static let drawingInterval = Duration.milliseconds(500)
    /// A table with more epochs shows the first, the last and the best ones.
    private static let mostRows = 12

    init(_ cell: CellContext, model: Model) {
        self.cell = cell
        curves = TrainingCurves(heads: model.heads.map { ($0.name, $0.loss) })
    }

    func trainingBegan(_ plan: TrainingPlan) {
        history = plan.resumed
        stepsPerEpoch = plan.stepsPerEpoch
        cell.out.showDevice(gpu: plan.device == "CPU" ? nil : plan.device, fallbackReason: plan.fallbackReason)
        if plan.firstEpoch > 0 || plan.firstStep > 0 {
            cell.out.print("Continuing in epoch \(plan.firstEpoch + 1) after \(plan.firstStep) of \(plan.stepsPerEpoch) steps.")
        }
        // A run that loses the GPU begins a second time, on the CPU.
        bar?.stop()
        bar = cell.progress("Training", total: plan.epochs * plan.stepsPerEpoch, unit: "steps")
        bar?.update(completed: plan.firstEpoch * plan.stepsPerEpoch + plan.firstStep)
    }

    func batchEnded(_ progress: BatchProgress) {
        // Composing the message costs more than a step of a small model may; the bar drops most of them.
        guard progress.step.isMultiple(of: Self.stepsBetweenMessages) || progress.step == progress.stepsPerEpoch else { return }
        let figures = Number.figures(progress.running.means)
        bar?.update(
            completed: progress.epoch * progress.stepsPerEpoch + progress.step, message: "epoch \(progress.epoch + 1)/\(progress.epochs) · \(figures)"
        )
    }

    private static let stepsBetweenMessages = 16

    func epochEnded(_ record: EpochRecord, notes: [String]) {
        history.epochs.append(record)
        for note in notes where note.hasPrefix("learning rate") { cell.out.print("Epoch \(record.epoch + 1): \(note).") }
        let now = cell.environment.now()
        guard lastDrawn.map({ now - $0 >= Self.drawingInterval }) ?? true else { return }
        lastDrawn = now
        draw(bestEpoch: nil)
    }

    func warned(_ message: String) { cell.out.warn(message) }

    func trainingEnded(_ result: TrainingResult) {
        switch result.outcome {
        case .interrupted: bar?.stop(result.description)
        default:
            // A run that stopped early is complete with the epochs it had.
            let steps = history.epochs.count * stepsPerEpoch
            bar?.update(completed: steps, total: steps)
            bar?.finish(lastFigures)
        }
        guard !history.epochs.isEmpty else { return }
        draw(bestEpoch: result.bestEpoch)
        cell.out.display(table(bestEpoch: result.bestEpoch).bundle)
    }

    private var lastFigures: String {
        history.epochs.last.map { Number.figures($0.logs) } ?? ""
    }

    private func draw(bestEpoch: Int?) {
        let bundle = curves.bundle(history, bestEpoch: bestEpoch)
        if let figure { figure.update(bundle) } else { figure = cell.out.makeDisplay(bundle) }
    }

    private func table(bestEpoch: Int?) -> TableView {
        let names = history.names.filter { !$0.hasPrefix("val_") }
        let epochs = history.epochs
        let shown =
            epochs.count <= Self.mostRows
            ? Array(epochs.indices) : Array(Set([0, 1, bestEpoch ?? 0] + epochs.indices.suffix(Self.mostRows - 3)).sorted())
        var rows: [[String]] = []
        for (place, index) in shown.enumerated() {
            if place > 0, index > shown[place - 1] + 1 { rows.append(["…"]) }
            let record = epochs[index]
            rows.append(
                ["\(record.epoch + 1)\(record.epoch == bestEpoch ? " *" : "")"] + names.map { figures(record.logs, $0) } + [
                    Number.significant(Double(record.learningRate)), Number.text(record.seconds, digits: 2),
                ])
        }
        let kept = bestEpoch == nil ? "" : "; * the weights that are kept"
        return TableView(
            title: "Epochs (training / validation\(kept))", headers: ["epoch"] + names + ["learning rate", "seconds"], rows: rows,
            alignments: Array(repeating: .right, count: names.count + 3))
    }

    private func figures(_ logs: Logs, _ name: String) -> String {
        let training = figure(logs[name] ?? .nan)
        return logs["val_\(name)"].map { "\(training) / \(figure($0))" } ?? training
    }

    /// Four decimals, or four digits where these would hide them: the losses of returns are tiny.
    private func figure(_ value: Double) -> String {
        value != 0 && abs(value) < 0.01 ? Number.significant(value) : Number.text(value)
    }
}
