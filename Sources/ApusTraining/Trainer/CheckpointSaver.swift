/// Decides when a checkpoint within an epoch is due, and writes it.
final class CheckpointSaver {
    let folder: CheckpointFolder
    private let options: CheckpointOptions
    private var last = ContinuousClock.now

    init(_ options: CheckpointOptions) throws(CheckpointError) {
        self.options = options
        folder = try CheckpointFolder(options.folder)
    }

    func isDue(step: Int) -> Bool {
        if let everySteps = options.everySteps, step.isMultiple(of: everySteps) { return true }
        return last.duration(to: .now) >= .seconds(options.everySeconds)
    }

    func save(_ checkpoint: Checkpoint, isBest: Bool) throws(CheckpointError) {
        try folder.save(checkpoint)
        if isBest { try folder.saveBest(checkpoint) }
        last = .now
    }
}

/// Wall-clock seconds of an epoch, counting those before an interruption.
struct EpochClock {
    private let start = ContinuousClock.now
    private let before: Double

    init(before: Double) { self.before = before }

    var seconds: Double {
        let (seconds, attoseconds) = start.duration(to: .now).components
        return before + Double(seconds) + Double(attoseconds) * 1e-18
    }
}
