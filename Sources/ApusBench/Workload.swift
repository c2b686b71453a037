import ApusNN
import ApusTensor
import ArgumentParser

/// The models whose speed is compared with other frameworks'.
enum Workload: String, CaseIterable, ExpressibleByArgument {
    /// The two-headed LSTM of the first notebook.
    case w0
    /// LSTM regressor, 2 layers of 128 over 24 steps of 80 features.
    case w1lstm
    /// Three LSTM layers of 50 over 60 steps of 20 features. The peers' loss is binary cross-entropy, ours the squared error of the same output.
    case w4

    var inputShape: [Int] {
        switch self {
        case .w0: [30, 13]
        case .w1lstm: [24, 80]
        case .w4: [60, 20]
        }
    }

    var description: ModelDescription {
        switch self {
        case .w0: Recipe.multiTaskLSTM.description
        case .w1lstm:
            ModelDescription {
                LSTM(128, returnsSequences: true)
                Dropout(0.2)
                LSTM(128)
                Head("value", loss: .meanSquaredError) {
                    Dense(64, activation: .relu)
                    Dropout(0.2)
                    Dense(1)
                }
            }
        case .w4:
            ModelDescription {
                LSTM(50, returnsSequences: true)
                Dropout(0.2)
                LSTM(50, returnsSequences: true)
                Dropout(0.2)
                LSTM(50)
                Dropout(0.2)
                Head("up", loss: .meanSquaredError) { Dense(1, activation: .sigmoid) }
            }
        }
    }

    /// Optimiser steps in one measured epoch.
    func steps(batch: Int) -> Int { max(5, (self == .w0 ? 200 : 50) * 32 / batch) }

    /// Normal inputs; one-hot or normal targets.
    func examples(_ model: Model, count: Int) -> (inputs: Tensor, targets: [Tensor], weights: [[Float]?]) {
        let random = Philox(seed: 0)
        let shape = [count] + inputShape
        let inputs = Tensor(shape: shape) { values in for index in values.indices { values[index] = Float(random.normal(at: UInt64(index))) } }
        let classWeights: [Float] = [1.0, 1.5, 2.0, 2.4]
        var weights: [[Float]?] = []
        let targets = model.heads.enumerated().map { number, head in
            let numbers = Philox(seed: 1, stream: UInt64(number))
            let columns = head.outputShape[0]
            var values = [Float](repeating: 0, count: count * columns)
            if head.loss == .crossEntropy {
                let classes = (0..<count).map { numbers.integer(below: columns, at: UInt64($0)) }
                for (row, label) in classes.enumerated() { values[row * columns + label] = 1 }
                weights.append(classes.map { classWeights[$0 % 4] })
            } else {
                for index in values.indices { values[index] = Float(5 + numbers.normal(at: UInt64(index))) }
                weights.append(nil)
            }
            return Tensor(shape: [count, columns], values)
        }
        return (inputs, targets, weights)
    }
}
