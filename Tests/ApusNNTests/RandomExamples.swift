import ApusNN
import ApusTensor

/// Normal inputs and targets that fit a model, from a seed.
struct RandomExamples {
    let inputs: Tensor
    let targets: [Tensor]
    let weights: [[Float]?]
    let rows: [Int]

    init(_ model: Model, rows: Int, seed: UInt64) {
        let random = Philox(seed: seed)
        var next: UInt64 = 0
        func normal() -> Float {
            next += 1
            return Float(random.normal(at: next))
        }
        let shape = [rows] + model.inputShape
        inputs = Tensor(shape: shape, (0..<Tensor.count(of: shape)).map { _ in normal() })
        targets = model.heads.map { head in
            let columns = head.outputShape[0]
            var values = [Float](repeating: 0, count: rows * columns)
            for row in 0..<rows {
                if head.loss == .crossEntropy {
                    next += 1
                    values[row * columns + random.integer(below: columns, at: next)] = 1
                } else if head.loss == .binaryCrossEntropy {
                    for column in 0..<columns { values[row * columns + column] = normal() > 0 ? 1 : 0 }
                } else {
                    for column in 0..<columns { values[row * columns + column] = normal() }
                }
            }
            return Tensor(shape: [rows, columns], values)
        }
        weights = model.heads.indices.map { head in head % 2 == 0 ? (0..<rows).map { Float(1 + $0 % 3) / 2 } : nil }
        self.rows = Array(0..<rows)
    }

    func run(_ step: TrainingStep, rows: ArraySlice<Int>? = nil, number: UInt64 = 1, training: Bool) throws -> StepLosses {
        try step.run(inputs: inputs, targets: targets, sampleWeights: weights, rows: rows ?? self.rows[...], step: number, training: training)
    }
}
