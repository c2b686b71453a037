import ApusTensor
import ApusTraining
import TestSupport

/// A small model written out by hand: softmax(xA) and xb, with noise on the inputs that depends on the step as dropout does.
///
/// It stands in for a real model where the training loop itself is tested: interruption, checkpoints, callbacks.
final class LinearEngine: StepEngine {
    let heads: [BatchHead]
    var arithmetic = "scalar"
    var weights: [Float]
    /// Makes the loss of this step not finite.
    var faultAtStep: UInt64?
    /// Fails like a lost machine at this step: nothing is saved.
    var killAtStep: UInt64?
    /// Batches it takes at once, one number after the other, again and again.
    var bursts = [1]
    private var asked = 0
    private var rows = 0
    private let features: Int
    private let classes: Int
    private var gradient: [Float]
    private let outputs = [UnsafeMutableBufferPointer<Float>.allocate(capacity: 4096), .allocate(capacity: 4096)]

    init(features: Int, classes: Int, seed: UInt64 = 1) {
        self.features = features
        self.classes = classes
        heads = [BatchHead(name: "direction", kind: .classes, outputs: classes), BatchHead(name: "bars", kind: .numbers, outputs: 1)]
        var numbers = SeededGenerator(seed: seed)
        weights = (0..<features * (classes + 1)).map { _ in numbers.signed() * 0.1 }
        gradient = weights.map { _ in 0 }
    }

    deinit { for buffer in outputs { buffer.deallocate() } }

    struct Killed: Error {}

    var batchesAtOnce: Int {
        asked += 1
        return bursts[asked % bursts.count]
    }

    var optimizedCount: Int { weights.count }
    func readWeights() -> [Float] { weights }
    func writeWeights(_ weights: [Float]) { self.weights = weights }
    func begin(_ training: Examples) {}
    func packed(_ state: OptimizerState) -> OptimizerState { state }
    func unpacked(_ state: OptimizerState) -> OptimizerState { state }
    func output(ofHead head: Int) -> UnsafeBufferPointer<Float> {
        UnsafeBufferPointer(rebasing: outputs[head].prefix(rows * heads[head].outputs))
    }

    func update(_ optimizer: inout any Optimizer, clipping: GradientClipping?) {
        _ = gradient.withUnsafeMutableBufferPointer { clipping?.clip($0) }
        weights.withUnsafeMutableBufferPointer { weights in gradient.withUnsafeBufferPointer { optimizer.update(weights, gradients: $0) } }
    }

    func run(_ examples: Examples, weights rowWeights: [[Float]?], rows: ArraySlice<Int>, step: UInt64, training: Bool) throws -> BatchLosses {
        if training, step == killAtStep { throw Killed() }
        self.rows = rows.count
        if training, step == faultAtStep { throw BatchFault("the loss of head 'bars' is not finite") }
        gradient = weights.map { _ in 0 }
        var losses = [0.0, 0.0]
        let scale = 1 / Float(rows.count)
        for (place, row) in rows.enumerated() {
            var x = examples.inputs.rows(row..<row + 1).scalars
            if training { for f in x.indices { x[f] *= Philox(seed: 5, stream: step).uniform(at: UInt64(row * features + f)) < 0.1 ? 0 : 1 } }
            let target = examples.targets["direction"]!.rows(row..<row + 1).scalars
            let bars = examples.targets["bars"]!.rows(row..<row + 1).scalars[0]
            var scores = (0..<classes).map { c in (0..<features).reduce(Float(0)) { $0 + x[$1] * weights[$1 * classes + c] } }
            let top = scores.max()!
            scores = scores.map { expSeries($0 - top) }
            let sum = scores.reduce(0, +)
            scores = scores.map { $0 / sum }
            let number = (0..<features).reduce(Float(0)) { $0 + x[$1] * weights[features * classes + $1] }
            let weight = rowWeights[0]?[row] ?? 1
            losses[0] -= Double(weight) * logOf(Double(zip(scores, target).reduce(0) { $0 + $1.0 * $1.1 })) / Double(rows.count)
            losses[1] += Double((number - bars) * (number - bars)) / Double(rows.count)
            for f in 0..<features {
                for c in 0..<classes { gradient[f * classes + c] += weight * (scores[c] - target[c]) * x[f] * scale }
                gradient[features * classes + f] += (number - bars) * x[f] * scale
            }
            for c in 0..<classes { outputs[0][place * classes + c] = scores[c] }
            outputs[1][place] = number
        }
        return BatchLosses(total: losses[0] + 0.5 * losses[1], heads: losses)
    }

    /// exp(x) for x ≤ 0 by squaring, so that the test needs no C library and has the same bits everywhere.
    private func expSeries(_ x: Float) -> Float {
        var value = 1 + x / 1024
        if value < 0 { return 0 }
        for _ in 0..<10 { value *= value }
        return value
    }

    private func logOf(_ x: Double) -> Double {
        // log(x) = 2 artanh((m − 1) / (m + 1)) + e log 2
        let (e, m) = (x.exponent, x.significand)
        let t = (m - 1) / (m + 1)
        let series = (0..<30).reversed().reduce(0.0) { $0 * t * t + 1 / Double(2 * $1 + 1) }
        return 2 * t * series + Double(e) * 0.693147180559945309
    }
}

/// A problem that a linear model can learn: the class is the largest of `classes` sums of features, the number a sum of all.
func linearExamples(rows: Int, features: Int = 6, classes: Int = 3, seed: UInt64) throws -> Examples {
    var numbers = SeededGenerator(seed: seed)
    let x = (0..<rows * features).map { _ in numbers.signed() }
    var labels: [Int] = []
    var bars: [Float] = []
    for row in 0..<rows {
        let values = x[(row * features)..<((row + 1) * features)]
        var sums = [Float](repeating: 0, count: classes)
        for (index, value) in values.enumerated() { sums[index % classes] += value }
        labels.append(sums.firstIndex(of: sums.max()!)!)
        bars.append(values.reduce(0, +) * 0.5)
    }
    return try Examples(
        inputs: Tensor(shape: [rows, features], x),
        targets: ["direction": oneHot(labels, classes: classes), "bars": Tensor(shape: [rows, 1], bars)])
}
