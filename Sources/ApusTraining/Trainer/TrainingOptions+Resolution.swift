extension TrainingOptions {
    /// The callbacks of the run: those given, and one that keeps the best weights where none does and they are wanted.
    ///
    /// - Parameter names: what each epoch logs of the training set; with a validation set the same with `val_`.
    /// - Throws: `TrainingError` for a callback that looks at something else, or two that would both keep weights.
    func resolvedCallbacks(names: [String], hasValidation: Bool) throws(TrainingError) -> [any TrainingCallback] {
        let names = names + (hasValidation ? names.map { "val_\($0)" } : [])
        for callback in callbacks where !names.contains(callback.monitor) {
            let reason = callback.monitor.hasPrefix("val_") && !hasValidation ? " because there is no validation set" : ""
            throw TrainingError(
                .options,
                "\(callback.settings) looks at '\(callback.monitor)', which is not logged\(reason). Logged are: \(names.joined(separator: ", ")).")
        }
        let keepers = callbacks.filter(\.keepsWeights)
        guard keepers.count <= 1 else {
            throw TrainingError(.options, "Both \(keepers[0].settings) and \(keepers[1].settings) keep weights; only one can decide which are best.")
        }
        guard keepers.isEmpty, restoreBestWeights else { return callbacks }
        return callbacks + [BestWeights(monitor: hasValidation ? "val_loss" : "loss")]
    }

    /// For each head the weight of each training row, or nil for all 1.
    ///
    /// - Throws: `TrainingError` when class weights are given for a head that has no classes, or do not fit its target.
    func rowWeights(_ training: Examples, heads: [BatchHead]) throws(TrainingError) -> [[Float]?] {
        for name in classWeights.keys.sorted() where heads.first(where: { $0.name == name })?.kind != .classes {
            let names = heads.filter { $0.kind == .classes }.map(\.name).joined(separator: ", ")
            throw TrainingError(
                .options, "Class weights are given for '\(name)', which is no classification head. There is: \(names.isEmpty ? "none" : names).")
        }
        var all: [[Float]?] = []
        for head in heads {
            guard let weights = classWeights[head.name], let target = training.targets[head.name] else {
                all.append(nil)
                continue
            }
            all.append(try ApusTraining.rowWeights(weights, target: target, head: head.name))
        }
        return all
    }
}
