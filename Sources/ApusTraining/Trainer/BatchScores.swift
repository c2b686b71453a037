import ApusTensor

/// Names and values of what is logged for an epoch, with Keras's names: `loss`, `direction_loss`, `direction_accuracy`, `bars_mae`.
///
/// A binary head has `accuracy`, `precision`, `recall` and `f1`, all at the probability 0.5, and `auc`. With a single head the names have no
/// prefix and there is no separate head loss, as in Keras. Scores do not use row weights (Keras's `metrics`, not `weighted_metrics`).
struct BatchScores {
    /// What an epoch logs.
    let names: [String]
    private let heads: [BatchHead]
    private let meanNames: [String]
    private let binaryPrefixes: [String]

    init(heads: [BatchHead]) {
        self.heads = heads
        let isPrefixed = heads.count > 1
        func prefix(_ head: BatchHead) -> String { isPrefixed ? "\(head.name)_" : "" }
        meanNames =
            ["loss"] + (isPrefixed ? heads.map { "\($0.name)_loss" } : [])
            + heads.map { prefix($0) + ($0.kind == .classes || $0.isBinary ? "accuracy" : "mae") }
        binaryPrefixes = heads.filter(\.isBinary).map(prefix)
        names = meanNames + binaryPrefixes.flatMap { prefix in (BinaryCounts.names + ["auc"]).map { prefix + $0 } }
    }

    /// An epoch of which no batch has been seen.
    var empty: EpochScores {
        EpochScores(running: RunningMeans(names: meanNames, binaryPrefixes: binaryPrefixes), scored: binaryPrefixes.map { _ in ScoredRows() })
    }

    /// Adds losses and scores of the batch that the engine has just run.
    func add(_ losses: BatchLosses, _ engine: any BatchEngine, _ examples: Examples, _ rows: ArraySlice<Int>, to epoch: inout EpochScores) {
        var means = [losses.total]
        if heads.count > 1 { means += losses.heads }
        var binary = 0
        for (index, head) in heads.enumerated() {
            guard let target = examples.targets[head.name] else { preconditionFailure("targets are checked before the first batch") }
            let output = engine.output(ofHead: index)
            means.append(
                target.withUnsafeBufferPointer { target in
                    if head.isBinary {
                        binary += 1
                        return epoch.count(output, target, rows, head.outputs, head: binary - 1)
                    }
                    return head.kind == .classes
                        ? Self.accuracy(output, target, rows, head.outputs) : Self.meanAbsoluteError(output, target, rows, head.outputs)
                })
        }
        epoch.running.add(means, rows: rows.count)
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
