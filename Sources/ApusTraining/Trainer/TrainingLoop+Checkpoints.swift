extension TrainingLoop {
    /// Opens the folder and, where asked, restores its latest checkpoint; where the run goes on from, or nil for a new one.
    func openCheckpoints(_ observer: (any TrainingObserver)?) throws -> Checkpoint.Position? {
        guard let checkpoints = options.checkpoints else { return nil }
        let saver = try CheckpointSaver(checkpoints)
        self.saver = saver
        guard checkpoints.resume else { return nil }
        guard let loaded = try saver.folder.load() else {
            warn("There is no checkpoint in \(checkpoints.folder) to continue; training begins at the first epoch.", observer)
            return nil
        }
        if let warning = loaded.warning { warn(warning, observer) }
        try restore(loaded.checkpoint, path: loaded.path)
        if loaded.checkpoint.arithmetic != engine.arithmetic {
            warn(
                "The run began with \(loaded.checkpoint.arithmetic) arithmetic and goes on with \(engine.arithmetic): the weights will differ in the last "
                    + "bits from those of a run that was never stopped.", observer)
        }
        return state.position
    }

    private func restore(_ saved: Checkpoint, path: String) throws {
        let differences = saved.identity.differences(to: state.identity)
        guard differences.isEmpty else {
            throw CheckpointError(
                .mismatch,
                "The run in \(path) cannot be continued: \(differences.joined(separator: "; ")). "
                    + "Use what it was started with, or begin a new run without resuming.")
        }
        guard try saved.weights.count == engine.readWeights().count, saved.callbacks.count == callbacks.count, saved.position.step <= stepsPerEpoch,
            saved.scores.hasSameNames(as: scores.empty)
        else {
            throw CheckpointError(.damaged, "\(path) does not fit the model it was made from. Start again without resuming.")
        }
        try optimizer.restore(engine.unpacked(saved.optimizer), parameterCount: engine.optimizedCount)
        for index in callbacks.indices { callbacks[index].restore(saved.callbacks[index]) }
        try engine.writeWeights(saved.weights)
        state = saved
    }

    /// Why a resumed run has nothing left to do. One that had done all its epochs goes on when it is asked for more; one that a callback
    /// stopped stays stopped.
    var finishedReason: String? {
        if case .callback(let reason) = state.ended { return reason }
        guard state.position.epoch >= options.epochs else { return nil }
        return "\(state.position.epoch) epochs are done and \(options.epochs) were asked for"
    }

    /// Saves where checkpoints are wanted. A full disk must not cost the hours already trained: it is a warning, and the last checkpoint stays.
    /// - Throws: what the engine throws when it cannot hand over the optimiser's state.
    func save(best isBest: Bool = false, _ observer: (any TrainingObserver)?) throws {
        guard let saver else { return }
        try engine.store(&optimizer)
        var checkpoint = state
        checkpoint.weights = try engine.readWeights()
        checkpoint.optimizer = engine.packed(optimizer.state)
        checkpoint.callbacks = callbacks.map(\.state)
        do {
            try saver.save(checkpoint, isBest: isBest)
            hasSaved = true
        } catch {
            warn("\(error) The last checkpoint is as it was.", observer)
        }
    }
}
