package import ApusTensor

/// A tape of a whole model with the values the caller fills and reads.
package struct ModelTape {
    package let tape: Tape
    package let input: Value
    /// Head outputs, in order.
    package let outputs: [Value]
    /// Inputs of the losses, one per head; empty without losses.
    package let losses: [LossInputs]

    /// Records the model.
    /// - Parameters:
    ///   - mode: training records what backward needs, and dropout.
    ///   - capacity: most rows of a replay.
    ///   - positiveWeights: one per head, used where its loss is a binary cross-entropy; nil records no losses behind the heads' outputs.
    package init(_ model: Model, mode: TapeMode, capacity: Int, positiveWeights: [Float]?) {
        var recorder = TapeRecorder(mode: mode, capacity: capacity)
        input = recorder.input(shape: model.inputShape)
        var values: [Value] = []
        for (index, node) in model.nodes.enumerated() {
            let slots = node.parameters.map { model.parameters[$0].slot }
            let source = node.source.map { values[$0] } ?? input
            values.append(node.layer.record(on: &recorder, input: source, parameters: slots, index: index))
        }
        var losses: [LossInputs] = []
        if let positiveWeights {
            for (head, positive) in zip(model.heads, positiveWeights) {
                let output = values[head.node]
                switch head.loss {
                case .crossEntropy: losses.append(recorder.crossEntropy(output, weight: Float(head.weight)))
                case .binaryCrossEntropy: losses.append(recorder.binaryCrossEntropy(output, positive: positive, weight: Float(head.weight)))
                case .meanSquaredError: losses.append(recorder.squaredError(output, weight: Float(head.weight)))
                }
            }
        }
        self.losses = losses
        outputs = model.heads.map { values[$0.node] }
        tape = recorder.finish()
    }
}

/// Copies rows of (N, ...) arrays into and out of a tape's layout.
enum RowCopy {
    /// The row (T, F) at `row`, as row `position` of a value in the arena: (T, rows, padded F).
    static func gather(_ row: UnsafePointer<Float>, into data: UnsafeMutablePointer<Float>, value: Value, position: Int, rows: Int) {
        let features = value.features
        var from = row
        var to = data + position * value.stride
        for _ in 0..<value.steps {
            to.update(from: from, count: features)
            from += features
            to += rows * value.stride
        }
    }

    /// Row `position` of a vector value in the arena to row `row` of `destination` (N, C).
    static func scatter(_ data: UnsafePointer<Float>, value: Value, position: Int, to destination: UnsafeMutablePointer<Float>, row: Int) {
        (destination + row * value.features).update(from: data + position * value.stride, count: value.features)
    }
}
