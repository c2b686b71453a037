import ApusTensor

/// Everything that is wrong with data or options and can be known before the first batch.
enum DataChecks {
    static func check(_ options: TrainingOptions, rows: Int) throws(TrainingError) {
        func range(_ holds: Bool, _ name: String, _ value: some Any, _ rule: String) throws(TrainingError) {
            if !holds { throw TrainingError(.options, "\(name) is \(value); it must be \(rule).") }
        }
        try range(options.epochs >= 1, "The number of epochs", options.epochs, "1 or more")
        try range(options.batchSize >= 1, "The batch size", options.batchSize, "1 or more")
        try range(options.threads >= 1, "The number of threads", options.threads, "1 or more")
        let rate = options.optimizer.learningRate
        try range(rate.isFinite && rate > 0, "The learning rate", rate, "a finite number above 0")
        if let checkpoints = options.checkpoints {
            try range(checkpoints.everySeconds > 0, "The time between checkpoints", checkpoints.everySeconds, "above 0 seconds")
            try range(checkpoints.everySteps ?? 1 >= 1, "The number of steps between checkpoints", checkpoints.everySteps ?? 0, "1 or more")
        }
        guard rows > 0 else { throw TrainingError(.data, "The training set is empty. Look at the split and at how many rows were dropped.") }
        guard rows >= options.batchSize else {
            throw TrainingError(
                .data, "\(rows) training rows are fewer than one batch of \(options.batchSize). Lower the batch size or give more data.")
        }
    }

    /// Shapes, targets and values of one set (`name` is "training" or "validation").
    static func check(_ examples: Examples, _ name: String, inputShape: [Int], heads: [BatchHead]) throws(TrainingError) {
        let shape = Array(examples.inputs.shape.dropFirst())
        guard shape == inputShape else {
            throw TrainingError(.data, "The \(name) inputs have rows of shape \(shape); the model was built for \(inputShape).")
        }
        guard examples.count > 0 else {
            throw TrainingError(.data, "The \(name) set is empty. Look at the split and at how many rows were dropped.")
        }
        for head in heads {
            guard let target = examples.targets[head.name] else {
                let names = examples.targets.keys.sorted().joined(separator: ", ")
                throw TrainingError(.data, "The \(name) set has no target for head '\(head.name)'; it has \(names.isEmpty ? "none" : names).")
            }
            let shape = Array(target.shape.dropFirst())
            guard shape == [head.outputs] || (shape.isEmpty && head.outputs == 1 && head.kind == .numbers) else {
                throw TrainingError(
                    .data, "The \(name) target of head '\(head.name)' has shape \(target.shape); the head answers \(head.outputs) numbers a row.")
            }
            try checkFinite(target, "The \(name) target of head '\(head.name)'", column: "column")
            if head.kind == .classes { try checkProbabilities(target, "The \(name) target of head '\(head.name)'") }
            if head.isBinary { try checkBinary(target, "The \(name) target of head '\(head.name)'") }
        }
        try checkFinite(examples.inputs, "The \(name) input", column: "feature")
    }

    private static func checkFinite(_ tensor: Tensor, _ what: String, column: String) throws(TrainingError) {
        guard !tensor.isFinite else { return }
        let row = tensor.rowLength
        var first: (index: Int, value: Float)?
        var bad = 0
        tensor.withRows { base, stride in
            for number in 0..<tensor.shape[0] {
                for (place, value) in UnsafeBufferPointer(start: base + number * stride, count: row).enumerated() where !value.isFinite {
                    first = first ?? (number * row + place, value)
                    bad += 1
                }
            }
        }
        guard let (index, value) = first else { return }
        let width = tensor.shape.count > 1 ? tensor.shape[tensor.shape.count - 1] : 1
        let step = tensor.shape.count > 2 ? ", step \(index % row / width)" : ""
        throw TrainingError(
            .data,
            "\(what) at row \(index / row)\(step), \(column) \(index % width) is \(value) (\(bad) of \(tensor.count) values are not finite). "
                + "Drop or fill such rows first.")
    }

    private static func checkBinary(_ target: Tensor, _ what: String) throws(TrainingError) {
        let found = target.withUnsafeBufferPointer { values in values.firstIndex { !(0...1).contains($0) }.map { ($0, values[$0]) } }
        guard let (index, value) = found else { return }
        let row = index / max(1, target.count / target.shape[0])
        throw TrainingError(.data, "\(what) at row \(row) is \(value); a binary cross-entropy needs targets from 0 to 1.")
    }

    /// A cross-entropy target is a distribution over the classes.
    private static func checkProbabilities(_ target: Tensor, _ what: String) throws(TrainingError) {
        let classes = target.shape[1]
        let row = target.withUnsafeBufferPointer { values in
            (0..<target.shape[0]).first { row in
                var sum: Float = 0
                var negative = false
                for column in 0..<classes {
                    sum += values[row * classes + column]
                    negative = negative || values[row * classes + column] < 0
                }
                return negative || (sum - 1).magnitude > 1e-3
            }
        }
        guard let row else { return }
        let values = target.rows(row..<(row + 1)).scalars
        throw TrainingError(.data, "\(what) at row \(row) is \(values); a row must be one-hot (or probabilities that sum to 1).")
    }
}
