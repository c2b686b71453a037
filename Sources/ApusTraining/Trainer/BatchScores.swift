import ApusTensor

/// Names and values of what is logged for a batch, with Keras's names: `loss`, `direction_loss`, `direction_accuracy`, `bars_mae`.
///
/// With a single head the names have no prefix and there is no separate head loss, as in Keras. Accuracy and mean absolute error do not
/// use row weights (Keras's `metrics`, not `weighted_metrics`).
struct BatchScores {
    let names: [String]
    private let heads: [BatchHead]

    init(heads: [BatchHead]) {
        self.heads = heads
        let prefixed = heads.count > 1
        names =
            ["loss"] + (prefixed ? heads.map { "\($0.name)_loss" } : [])
            + heads.map { (prefixed ? "\($0.name)_" : "") + ($0.kind == .classes ? "accuracy" : "mae") }
    }

    /// Values in the order of `names`, of the batch the engine has just run.
    func values(_ losses: BatchLosses, _ engine: any BatchEngine, _ examples: Examples, _ rows: ArraySlice<Int>) -> [Double] {
        var values = [losses.total]
        if heads.count > 1 { values += losses.heads }
        for (index, head) in heads.enumerated() {
            guard let target = examples.targets[head.name] else { preconditionFailure("targets are checked before the first batch") }
            let output = engine.output(ofHead: index)
            values.append(
                target.withUnsafeBufferPointer { target in
                    head.kind == .classes
                        ? Self.accuracy(output, target, rows, head.outputs) : Self.meanAbsoluteError(output, target, rows, head.outputs)
                })
        }
        return values
    }

    private static func accuracy(
        _ output: UnsafeBufferPointer<Float>, _ target: UnsafeBufferPointer<Float>, _ rows: ArraySlice<Int>, _ classes: Int
    ) -> Double {
        var correct = 0
        for (place, row) in rows.enumerated() where largest(output, place * classes, classes) == largest(target, row * classes, classes) {
            correct += 1
        }
        return Double(correct) / Double(rows.count)
    }

    private static func largest(_ values: UnsafeBufferPointer<Float>, _ start: Int, _ count: Int) -> Int {
        var best = 0
        for index in 1..<max(count, 1) where values[start + index] > values[start + best] { best = index }
        return best
    }

    private static func meanAbsoluteError(
        _ output: UnsafeBufferPointer<Float>, _ target: UnsafeBufferPointer<Float>, _ rows: ArraySlice<Int>, _ width: Int
    ) -> Double {
        var sum = 0.0
        for (place, row) in rows.enumerated() {
            for column in 0..<width { sum += Double((output[place * width + column] - target[row * width + column]).magnitude) }
        }
        return sum / Double(rows.count * width)
    }
}
