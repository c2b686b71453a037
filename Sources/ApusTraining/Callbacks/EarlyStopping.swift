/// Stops when the monitored value has not improved for `patience` epochs (Keras's `EarlyStopping`).
public struct EarlyStopping: TrainingCallback {
    public let monitor: String
    public let mode: MonitorMode
    /// Epochs without improvement that are allowed before training stops.
    public let patience: Int
    /// The smallest change that counts as an improvement.
    public let minDelta: Double
    /// End with the weights of the best epoch instead of the last ones.
    public let restoreBestWeights: Bool
    /// Epochs (from 0) before this one are not looked at.
    public let startFromEpoch: Int

    private var wait = 0
    public private(set) var best: Double?
    /// The epoch (from 0) of `best`.
    public private(set) var bestEpoch: Int?

    public init(
        monitor: String = "val_loss", patience: Int = 15, minDelta: Double = 0, restoreBestWeights: Bool = true, startFromEpoch: Int = 0,
        mode: MonitorMode? = nil
    ) {
        self.monitor = monitor
        self.mode = mode ?? MonitorMode(for: monitor)
        self.patience = patience
        self.minDelta = minDelta.magnitude
        self.restoreBestWeights = restoreBestWeights
        self.startFromEpoch = startFromEpoch
    }

    public var settings: String {
        "EarlyStopping(monitor: \(monitor), mode: \(mode), patience: \(patience), minDelta: \(minDelta), "
            + "restoreBestWeights: \(restoreBestWeights), startFromEpoch: \(startFromEpoch))"
    }

    public var keepsWeights: Bool { restoreBestWeights }

    public var state: CallbackState {
        var state: CallbackState = ["wait": Double(wait)]
        state["best"] = best
        state["bestEpoch"] = bestEpoch.map(Double.init)
        return state
    }

    public mutating func restore(_ state: CallbackState) {
        wait = state["wait"].flatMap(Int.init(exactly:)) ?? 0
        best = state["best"]
        bestEpoch = state["bestEpoch"].flatMap(Int.init(exactly:))
    }

    public mutating func epochEnded(_ epoch: Int, value: Double, learningRate: Float) -> [CallbackAction] {
        guard epoch >= startFromEpoch else { return [] }
        if mode.isImprovement(value, over: best, minDelta: minDelta) {
            best = value
            bestEpoch = epoch
            wait = 0
            return restoreBestWeights ? [.keepWeights] : []
        }
        wait += 1
        // Keras never stops after the very first epoch.
        guard wait >= patience, epoch > 0 else { return [] }
        return [.stop(reason: "\(monitor) has not improved since epoch \((bestEpoch ?? 0) + 1) (patience \(patience))")]
    }
}
