extension DataChecks {
    /// - Throws: `TrainingError` for an option out of range, with its value and its rule.
    static func check(_ schedule: LearningRateSchedule) throws(TrainingError) {
        switch schedule.decay {
        case .constant: break
        case .step(let factor, let every), .exponential(let factor, let every):
            try range(factor > 0 && factor <= 1, "The factor of the learning rate schedule", factor, "above 0 and at most 1")
            try range(every >= 1, "The number of steps between two factors of the learning rate schedule", every, "1 or more")
        case .cosine(let steps, let floor):
            try range(steps >= 1, "The number of steps of the cosine schedule", steps, "1 or more")
            try range((0...1).contains(floor), "The floor of the cosine schedule", floor, "a share of the learning rate, from 0 to 1")
        }
        guard let warmup = schedule.warmup else { return }
        try range(warmup.steps >= 1, "The number of warm-up steps", warmup.steps, "1 or more")
        try range(
            warmup.start > 0 && warmup.start <= 1, "The start of the warm-up", warmup.start, "a share of the learning rate, above 0 and at most 1")
    }

    static func check(_ clipping: GradientClipping) throws(TrainingError) {
        let maximum = clipping.maximum
        // The bound must be above 0 as Float32 too, or nothing would ever be learned.
        try range(maximum.isFinite && Float(maximum) > 0, "The maximum of the gradient clipping", maximum, "a finite number above 0")
    }

    /// - Throws: `TrainingError` for a weight out of range, or of a head that has no binary cross-entropy.
    static func check(positiveWeights: [String: Float], heads: [BatchHead]) throws(TrainingError) {
        for (name, weight) in positiveWeights.sorted(by: { $0.key < $1.key }) {
            guard heads.contains(where: { $0.name == name && $0.isBinary }) else {
                let names = heads.filter(\.isBinary).map(\.name).joined(separator: ", ")
                throw TrainingError(
                    .options,
                    "A positive weight is given for '\(name)', which is no head with a binary cross-entropy. There is: \(names.isEmpty ? "none" : names)."
                )
            }
            try range(weight.isFinite && weight > 0, "The positive weight of head '\(name)'", weight, "a finite number above 0")
        }
    }

    static func range(_ holds: Bool, _ name: String, _ value: some Any, _ rule: String) throws(TrainingError) {
        if !holds { throw TrainingError(.options, "\(name) is \(value); it must be \(rule).") }
    }
}
