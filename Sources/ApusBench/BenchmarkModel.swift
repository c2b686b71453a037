import ApusNN
import ApusTensor
import ApusTraining

/// A model to be measured, and made-up examples to feed it.
struct BenchmarkModel {
    var name: String
    var description: ModelDescription
    /// (T, F).
    var inputShape: [Int]
    var optimizer: any Optimizer

    /// The model with initial weights.
    func make(seed: UInt64 = 1) throws -> Model { try Model(description, inputShape: inputShape, seed: seed) }

    /// Of the made-up classes.
    static let classWeights: [Float] = [1.0, 1.5, 2.0, 2.4]

    /// Normal inputs; targets as the peers have them: classes with weights, a one in three of ten rows, or numbers.
    static func examples(_ model: Model, count: Int) -> (inputs: Tensor, targets: [Tensor], weights: [[Float]?]) {
        let random = Philox(seed: 0)
        let shape = [count] + model.inputShape
        let inputs = Tensor(shape: shape) { values in for index in values.indices { values[index] = Float(random.normal(at: UInt64(index))) } }
        var weights: [[Float]?] = []
        let targets = model.heads.enumerated().map { number, head in
            let numbers = Philox(seed: 1, stream: UInt64(number))
            let columns = head.outputShape[0]
            var values = [Float](repeating: 0, count: count * columns)
            if head.loss == .crossEntropy {
                let classes = (0..<count).map { numbers.integer(below: columns, at: UInt64($0)) }
                for (row, label) in classes.enumerated() { values[row * columns + label] = 1 }
                weights.append(classes.map { classWeights[$0 % 4] })
            } else if head.loss == .binaryCrossEntropy {
                for index in values.indices { values[index] = numbers.uniform(at: UInt64(index)) < 0.3 ? 1 : 0 }
                weights.append(nil)
            } else {
                for index in values.indices { values[index] = Float(5 + numbers.normal(at: UInt64(index))) }
                weights.append(nil)
            }
            return Tensor(shape: [count, columns], values)
        }
        return (inputs, targets, weights)
    }
}
