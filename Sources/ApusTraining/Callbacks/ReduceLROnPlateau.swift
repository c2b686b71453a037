/// Multiplies the learning rate by `factor` when the monitored value has not improved for `patience` epochs (Keras's `ReduceLROnPlateau`).
public struct ReduceLROnPlateau: TrainingCallback {
    public let monitor: String
    public let mode: MonitorMode
    /// New rate = old rate × factor; below 1.
    public let factor: Double
    public let patience: Int
    /// The smallest change that counts as an improvement.
    public let minDelta: Double
    /// Epochs after a reduction during which nothing is counted.
    public let cooldown: Int
    /// The rate is never reduced below this.
    public let minLearningRate: Double

    private var wait = 0
    private var cooldownLeft = 0
    private var best: Double?

    public init(
        monitor: String = "val_loss", factor: Double = 0.5, patience: Int = 5, minDelta: Double = 1e-4, cooldown: Int = 0,
        minLearningRate: Double = 0, mode: MonitorMode? = nil
    ) {
        self.monitor = monitor
        self.mode = mode ?? MonitorMode(for: monitor)
        self.factor = factor
        self.patience = patience
        self.minDelta = minDelta.magnitude
        self.cooldown = cooldown
        self.minLearningRate = minLearningRate
    }

    public var settings: String {
        "ReduceLROnPlateau(monitor: \(monitor), mode: \(mode), factor: \(factor), patience: \(patience), minDelta: \(minDelta), "
            + "cooldown: \(cooldown), minLearningRate: \(minLearningRate))"
    }

    public var state: CallbackState {
        var state: CallbackState = ["wait": Double(wait), "cooldownLeft": Double(cooldownLeft)]
        state["best"] = best
        return state
    }

    public mutating func restore(_ state: CallbackState) {
        wait = state["wait"].flatMap(Int.init(exactly:)) ?? 0
        cooldownLeft = state["cooldownLeft"].flatMap(Int.init(exactly:)) ?? 0
        best = state["best"]
    }

    public mutating func epochEnded(_ epoch: Int, value: Double, learningRate: Float) -> [CallbackAction] {
        if cooldownLeft > 0 {
            cooldownLeft -= 1
            wait = 0
        }
        if mode.isImprovement(value, over: best, minDelta: minDelta) {
            best = value
            wait = 0
            return []
        }
        guard cooldownLeft == 0 else { return [] }
        wait += 1
        guard wait >= patience, learningRate > Float(minLearningRate) else { return [] }
        cooldownLeft = cooldown
        wait = 0
        return [.setLearningRate(Float(max(Double(learningRate) * factor, minLearningRate)))]
    }
}
