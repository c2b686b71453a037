/// Remembers the weights of the best epoch without ever stopping (Keras's `ModelCheckpoint(save_best_only=True)`).
///
/// The trainer adds one by itself when no other callback keeps weights, so that an interrupted run ends with the best of what it had.
public struct BestWeights: TrainingCallback {
    public let monitor: String
    public let mode: MonitorMode
    public private(set) var best: Double?

    public init(monitor: String = "val_loss", mode: MonitorMode? = nil) {
        self.monitor = monitor
        self.mode = mode ?? MonitorMode(for: monitor)
    }

    public var settings: String { "BestWeights(monitor: \(monitor), mode: \(mode))" }

    public var keepsWeights: Bool { true }

    public var state: CallbackState { best.map { ["best": $0] } ?? [:] }

    public mutating func restore(_ state: CallbackState) { best = state["best"] }

    public mutating func epochEnded(_ epoch: Int, value: Double, learningRate: Float) -> [CallbackAction] {
        guard mode.isImprovement(value, over: best, minDelta: 0) else { return [] }
        best = value
        return [.keepWeights]
    }
}
