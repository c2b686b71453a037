import ApusModelFiles
import ApusNN
import TestSupport

/// Models with random weights for the tests of writing.
enum SampleModels {
    /// The two-headed LSTM at full size: 33,653 parameters.
    static let twoHeads = KerasGraph(
        name: "multi_task_lstm",
        layers: [
            KerasLayer("input", .input(shape: [30, 13]), inbound: nil),
            KerasLayer("lstm", .lstm(units: 64, returnSequences: true), inbound: "input"),
            KerasLayer("dropout", .dropout(rate: 0.2), inbound: "lstm"),
            KerasLayer("lstm_1", .lstm(units: 32, returnSequences: false), inbound: "dropout"),
            KerasLayer("dropout_1", .dropout(rate: 0.2), inbound: "lstm_1"),
            KerasLayer("dense", .dense(units: 16, activation: .relu), inbound: "dropout_1"),
            KerasLayer("dropout_2", .dropout(rate: 0.2), inbound: "dense"),
            KerasLayer("direction", .dense(units: 4, activation: .softmax), inbound: "dropout_2"),
            KerasLayer("dense_1", .dense(units: 16, activation: .relu), inbound: "dropout_1"),
            KerasLayer("dropout_3", .dropout(rate: 0.2), inbound: "dense_1"),
            KerasLayer("dense_2", .dense(units: 8, activation: .relu), inbound: "dropout_3"),
            KerasLayer("bars", .dense(units: 1, activation: .relu), inbound: "dense_2"),
        ],
        outputs: ["direction", "bars"])

    /// Heads of different depth whose layers all have the same shapes: any two could be exchanged without an error.
    static let equalHeads = KerasGraph(
        name: "equal_heads",
        layers: [
            KerasLayer("in", .input(shape: [5, 4]), inbound: nil),
            KerasLayer("trunk", .lstm(units: 4, returnSequences: false), inbound: "in"),
            KerasLayer("a1", .dense(units: 4, activation: .tanh), inbound: "trunk"),
            KerasLayer("a2", .dense(units: 4, activation: .linear), inbound: "a1"),
            KerasLayer("b1", .dense(units: 4, activation: .tanh), inbound: "trunk"),
            KerasLayer("b2", .dense(units: 4, activation: .sigmoid), inbound: "b1"),
            KerasLayer("b3", .dense(units: 4, activation: .softmax), inbound: "b2"),
            KerasLayer("c1", .dense(units: 4, activation: .relu), inbound: "trunk"),
        ],
        outputs: ["c1", "a2", "b3"])

    /// One output, an open number of steps, a Dense layer over every step.
    static let openSteps = KerasGraph(
        name: "open_steps",
        layers: [
            KerasLayer("in", .input(shape: [nil, 3]), inbound: nil),
            KerasLayer("every_step", .dense(units: 6, activation: .relu), inbound: "in"),
            KerasLayer("lstm", .lstm(units: 7, returnSequences: true), inbound: "every_step"),
            KerasLayer("lstm_1", .lstm(units: 2, returnSequences: false), inbound: "lstm"),
        ],
        outputs: ["lstm_1"])

    static func file(_ graph: KerasGraph, seed: UInt64, training: KerasTraining? = nil) throws -> KerasModelFile {
        var generator = SeededGenerator(seed: seed)
        var weights: [String: [WeightArray]] = [:]
        for (layer, expected) in try graph.weightShapes() {
            weights[layer] = expected.map { weight in
                // Biases lean to the positive, so that no ReLU is dead.
                WeightArray(
                    shape: weight.shape, values: generator.floats(weight.shape.reduce(1, *), in: weight.shape.count == 1 ? -0.1...0.9 : -0.6...0.6))
            }
        }
        return try KerasModelFile(graph: graph, weights: weights, training: training)
    }

    static let twoHeadsTraining = KerasTraining(
        outputs: [
            .init(layer: "direction", loss: "categorical_crossentropy", lossWeight: 1, metrics: ["accuracy"]),
            .init(layer: "bars", loss: "mean_squared_error", lossWeight: 0.5, metrics: ["mean_absolute_error"]),
        ], learningRate: 1e-3)

    /// The two-headed LSTM of the engine, with biases that are not zeros.
    static func engineModel(seed: UInt64) throws -> Model {
        let model = try Model(inputShape: [30, 13], seed: seed) {
            LSTM(64, returnsSequences: true)
            Dropout(0.2)
            LSTM(32)
            Dropout(0.2)
            Head("direction", loss: .crossEntropy, weight: 1.0) {
                Dense(16, activation: .relu)
                Dropout(0.2)
                Dense(4, activation: .softmax)
            }
            Head("bars", loss: .meanSquaredError, weight: 0.5) {
                Dense(16, activation: .relu)
                Dropout(0.2)
                Dense(8, activation: .relu)
                Dense(1, activation: .relu)
            }
        }
        var generator = SeededGenerator(seed: seed)
        var weights = model.weights()
        for (index, parameter) in model.parameters.enumerated() where parameter.shape.count == 1 {
            weights[index] = generator.floats(parameter.count, in: -0.1...0.9)
        }
        weights[weights.count - 1] = [2]  // the last ReLU must be alive too
        try model.setWeights(weights)
        return model
    }
}

extension SampleModels {
    /// Models that between them have every layer and every activation, with their names.
    static func allKinds() throws -> [(model: Model, name: String)] {
        let models: [(Model, String)] = [
            (try engineModel(seed: 50), "two_heads"),
            (
                try Model(inputShape: [7, 3], seed: 51) {
                    GRU(5, returnsSequences: true)
                    LSTM(4, returnsSequences: true)
                    GRU(6)
                    Head("up", loss: .binaryCrossEntropy) { Dense(3, activation: .sigmoid) }
                    Head("size", loss: .meanSquaredError) {
                        Dense(4, activation: .tanh)
                        Dense(5, activation: .gelu)
                        Dense(2)
                    }
                }, "recurrent"
            ),
            (
                try Model(inputShape: [9, 4], seed: 52) {
                    Dense(8)
                    PositionalEncoding()
                    TransformerEncoder(heads: 2, hidden: 16, dropout: 0.1)
                    TransformerEncoder(heads: 1, hidden: 5, activation: .gelu)
                    LayerNorm()
                    MultiHeadAttention(heads: 4)
                    GlobalAveragePooling()
                    Head("y", loss: .meanSquaredError) {
                        Dense(6, activation: .relu)
                        Dense(1)
                    }
                }, "transformer"
            ),
            (
                try Model(inputShape: [5], seed: 53) {
                    Dense(4, activation: .tanh)
                    Head("class", loss: .crossEntropy) { Dense(3, activation: .softmax) }
                }, "vectors"
            ),
        ]
        // No bias is zero and no gain one, so that each of them matters.
        for (model, _) in models {
            var generator = SeededGenerator(seed: 54)
            try model.setWeights(model.weights().map { generator.floats($0.count, in: -0.6...0.6) })
        }
        return models
    }
}
