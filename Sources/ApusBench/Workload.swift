import ApusNN
import ApusTraining
import ArgumentParser

/// The models whose speed is compared with other frameworks'.
enum Workload: String, CaseIterable, ExpressibleByArgument {
    /// The two-headed LSTM of the first notebook.
    case w0
    /// LSTM regressor, 2 layers of 128 over 24 steps of 80 features.
    case w1lstm
    /// The same with GRU.
    case w1gru
    /// The price-action transformer: 2 encoder layers of 4 heads, 128 features and 512 hidden ones, over 64 steps of 14 features.
    case w3
    /// Three LSTM layers of 50 over 60 steps of 20 features.
    case w4

    /// The recipe that it is, where it is one.
    private var recipe: Recipe? {
        switch self {
        case .w0: .multiTaskLSTM
        case .w1lstm: .sequenceRegressor
        case .w1gru: .sequenceRegressorGRU
        case .w3: .priceActionTransformer
        case .w4: nil
        }
    }

    /// The recipe's name, or its own where it is none.
    var fullName: String { recipe?.name ?? rawValue }

    /// Takes both names.
    init?(argument: String) {
        guard let workload = Self.allCases.first(where: { argument == $0.rawValue || argument == $0.fullName }) else { return nil }
        self = workload
    }

    private var inputShape: [Int] { recipe?.inputShape ?? [60, 20] }

    private var description: ModelDescription {
        recipe?.description
            ?? ModelDescription {
                LSTM(50, returnsSequences: true)
                Dropout(0.2)
                LSTM(50, returnsSequences: true)
                Dropout(0.2)
                LSTM(50)
                Dropout(0.2)
                Head("up", loss: .binaryCrossEntropy) { Dense(1, activation: .sigmoid) }
            }
    }

    /// Optimiser steps in one measured epoch.
    func steps(batch: Int) -> Int {
        switch self {
        case .w0: max(5, 200 * 32 / batch)
        case .w3: max(2, 10 * 32 / batch)
        case .w1lstm, .w1gru, .w4: max(5, 50 * 32 / batch)
        }
    }

    var model: BenchmarkModel {
        // As the peers': AdamW for the transformer, else Adam.
        let optimizer: any Optimizer = self == .w3 ? AdamW(learningRate: 1e-3, weightDecay: 0.01) : Adam(learningRate: 1e-3)
        return BenchmarkModel(name: rawValue, description: description, inputShape: inputShape, optimizer: optimizer)
    }
}
