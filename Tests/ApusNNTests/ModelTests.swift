import ApusNN
import ApusTensor
import Testing

@Suite struct ModelTests {
    private func error(_ inputShape: [Int] = [30, 13], @ModelBuilder _ body: () -> [ModelElement]) -> ModelError? {
        do throws(ModelError) {
            _ = try Model(inputShape: inputShape, seed: 1, body)
            return nil
        } catch { return error }
    }

    @Test func `an LSTM behind a single vector names the layer and says what to change`() {
        let error = error {
            LSTM(64)
            LSTM(32)
            Head("out", loss: .meanSquaredError) { Dense(1) }
        }
        #expect(error?.code == .shapeMismatch)
        #expect(
            error?.message
                == "layer 2, lstm_1 = LSTM(32): an LSTM reads a sequence (steps, features), but its input is (64); "
                + "if the layer before it is an LSTM, give that one returnsSequences: true")
    }

    @Test func `layers of sequences name what they need instead of a vector`() {
        func message(_ layer: some Layer) -> String? {
            error([4]) {
                layer
                Head("out", loss: .meanSquaredError) { Dense(1) }
            }?.message
        }
        #expect(
            message(GRU(3))
                == "layer 1, gru = GRU(3): a GRU reads a sequence (steps, features), but its input is (4); "
                + "if the layer before it is recurrent, give that one returnsSequences: true")
        #expect(message(GlobalAveragePooling())?.contains("GlobalAveragePooling reads a sequence (steps, features)") == true)
        #expect(message(PositionalEncoding())?.contains("reads a sequence") == true)
        #expect(message(MultiHeadAttention(heads: 2))?.contains("reads a sequence") == true)
        #expect(message(TransformerEncoder(heads: 2, hidden: 3))?.contains("reads a sequence") == true)
        #expect(message(LayerNorm()) == nil)
    }

    @Test func `heads that cannot share the features are refused`() {
        let error = error([30, 14]) {
            TransformerEncoder(heads: 4, hidden: 8)
            GlobalAveragePooling()
            Head("out", loss: .meanSquaredError) { Dense(1) }
        }
        #expect(
            error?.message
                == "layer 1, transformer_encoder = TransformerEncoder(heads: 4, hidden: 8): 4 heads cannot share 14 features evenly; "
                + "put a Dense layer with a multiple of 4 before it")
    }

    @Test func `a binary cross-entropy needs a sigmoid, and only it a positive weight`() {
        #expect(error([4]) { Head("a", loss: .binaryCrossEntropy) { Dense(1) } }?.message.contains("needs a sigmoid") == true)
        #expect(
            error([4]) { Head("a", loss: .meanSquaredError, positiveWeight: 2) { Dense(1) } }?.message.contains("belongs to loss .binary") == true)
    }

    @Test func `dropout may come first`() throws {
        let model = try Model(inputShape: [4], seed: 1) {
            Dropout(0.5)
            Head("a", loss: .meanSquaredError) { Dense(1) }
        }
        let data = RandomExamples(model, rows: 3, seed: 1)
        let step = try TrainingStep(model: model, batchCapacity: 3, threads: 1, seed: 1)
        #expect(try data.run(step, training: true).total.isFinite)
    }

    @Test func `structures that cannot work are refused`() {
        #expect(error { LSTM(4) }?.code == .invalidStructure)
        #expect(error { Head("a", loss: .crossEntropy) { Dense(3) } }?.code == .shapeMismatch)
        #expect(error { Head("a", loss: .meanSquaredError) { Dense(3) } }?.message.contains("sequence (30, 3)") == true)
        let twice = error([4]) {
            Head("a", loss: .meanSquaredError) { Dense(1) }
            Head("a", loss: .meanSquaredError) { Dense(1) }
        }
        #expect(twice?.message == "there are two heads named \"a\"; give each its own name")
        let behind = error([4]) {
            Head("a", loss: .meanSquaredError) { Dense(1) }
            Dense(3)
        }
        #expect(behind?.code == .invalidStructure)
        #expect(error([4]) { Head("a", loss: .meanSquaredError) {} }?.code == .invalidStructure)
        #expect(error([]) { Head("a", loss: .meanSquaredError) { Dense(1) } }?.code == .invalidInput)
        #expect(error([0, 3]) { Head("a", loss: .meanSquaredError) { LSTM(1) } }?.code == .invalidInput)
    }

    @Test(arguments: [-1.0, 1.0, 1.5, .nan]) func `arguments out of range are refused in Swift as in a cell`(rate: Double) {
        let error = error([4]) {
            Dropout(rate)
            Head("a", loss: .meanSquaredError) { Dense(1) }
        }
        #expect(error?.code == .invalidArgument)
        #expect(error?.message.hasPrefix("rate of Dropout is a number from 0.0 to below 1.0, not") == true)
    }

    @Test func `a head may bear the name of a layer class`() throws {
        let model = try Model(inputShape: [4], seed: 1) {
            Dense(3)
            Head("dense", loss: .meanSquaredError) { Dense(1) }
        }
        #expect(model.nodes.map(\.name) == ["dense_1", "dense"])
    }

    @Test func `an encoder takes no other activation than ReLU and GELU`() throws {
        let error = #expect(throws: ModelError.self) {
            try Model(inputShape: [3, 4], seed: 1) {
                TransformerEncoder(heads: 1, hidden: 2, activation: .tanh)
                GlobalAveragePooling()
                Head("a", loss: .meanSquaredError) { Dense(1) }
            }
        }
        #expect(error?.code == .invalidArgument)
        #expect(error?.message.hasPrefix("activation of TransformerEncoder is one of .relu, .gelu, not .tanh") == true)
    }

    @Test func `a copy has the weights and goes its own way`() throws {
        let model = try Model(Recipe.multiTaskLSTM.description, inputShape: [30, 13], seed: 1)
        model.parameters[3].value = Tensor(zeros: model.parameters[3].shape)
        let copy = model.copy()
        #expect(copy.weights() == model.weights())
        copy.parameters[0].value = Tensor(zeros: copy.parameters[0].shape)
        #expect(copy.weights()[0] != model.weights()[0])
    }

    @Test func `weights of another model are refused and change nothing`() throws {
        let model = try Model(inputShape: [4], seed: 1) { Head("a", loss: .meanSquaredError) { Dense(2) } }
        let before = model.weights()
        #expect(throws: ModelError.self) { try model.setWeights([before[0]]) }
        #expect(throws: ModelError.self) { try model.setWeights([before[0].map { $0 + 1 }, [1]]) }
        #expect(model.weights() == before)
        try model.setWeights([before[0].map { $0 + 1 }, [1, 2]])
        #expect(model.weights()[1] == [1, 2])
    }

    @Test func `predictions follow the weights`() throws {
        let model = try Model(inputShape: [1], seed: 1) { Head("a", loss: .meanSquaredError) { Dense(1) } }
        let predictor = Predictor(model: model)
        let x = Tensor(shape: [1, 1], [2])
        try model.setWeights([[3], [1]])
        #expect(try predictor.predict(x)[0].scalars == [7])
        model.parameters[1].value = Tensor(shape: [1], [5])
        #expect(try predictor.predict(x)[0].scalars == [11])
        #expect(throws: ModelError.self) { try predictor.predict(Tensor(zeros: [1, 2])) }
    }

    @Test func `prediction stops when asked`() throws {
        let model = try Model(inputShape: [2], seed: 1) { Head("a", loss: .meanSquaredError) { Dense(1) } }
        var asked = 0
        let error = #expect(throws: ModelError.self) {
            try model.predict(Tensor(zeros: [10_000, 2])) {
                asked += 1
                return asked == 3
            }
        }
        #expect(error?.code == .interrupted)
        #expect(asked == 3)
    }
}

@Suite struct TrainingStepInputTests {
    private let model: Model
    private let data: RandomExamples
    private let step: TrainingStep

    init() throws {
        model = try Model(inputShape: [3, 2], seed: 1) {
            LSTM(4)
            Head("a", loss: .meanSquaredError) { Dense(2) }
            Head("b", loss: .crossEntropy) { Dense(3, activation: .softmax) }
        }
        data = RandomExamples(model, rows: 20, seed: 1)
        step = try TrainingStep(model: model, batchCapacity: 8, threads: 2, seed: 1)
    }

    @Test func `what does not fit the model is refused`() {
        func run(_ inputs: Tensor? = nil, _ targets: [Tensor]? = nil, _ weights: [[Float]?]? = nil, _ rows: [Int] = [0, 1]) throws {
            _ = try step.run(
                inputs: inputs ?? data.inputs, targets: targets ?? data.targets, sampleWeights: weights ?? data.weights, rows: rows[...], step: 1,
                training: true)
        }
        #expect(throws: Never.self) { try run() }
        #expect(throws: ModelError.self) { try run(Tensor(zeros: [20, 2, 3])) }
        #expect(throws: ModelError.self) { try run(nil, [data.targets[0]]) }
        #expect(throws: ModelError.self) { try run(nil, [data.targets[1], data.targets[0]]) }
        #expect(throws: ModelError.self) { try run(nil, nil, [[1, 2], nil]) }
        #expect(throws: ModelError.self) { try run(nil, nil, nil, []) }
        #expect(throws: ModelError.self) { try run(nil, nil, nil, Array(0..<9)) }
        #expect(throws: ModelError.self) { try run(nil, nil, nil, [0, 20]) }
        #expect(throws: ModelError.self) { try run(nil, nil, nil, [-1]) }
    }

    @Test func `a loss that is not finite names its head and step`() throws {
        var targets = data.targets
        targets[0].withUnsafeMutableBufferPointer { $0[3] = .nan }  // row 1
        let error = #expect(throws: NonFiniteError.self) {
            try step.run(inputs: data.inputs, targets: targets, sampleWeights: [nil, nil], rows: [0, 1], step: 42, training: true)
        }
        #expect(error == NonFiniteError(place: .loss(head: "a"), step: 42))
        // Other batches of the same step object are not affected.
        #expect(throws: Never.self) {
            try step.run(inputs: data.inputs, targets: targets, sampleWeights: [nil, nil], rows: [0, 2], step: 43, training: true)
        }
    }

    @Test func `a gradient that is not finite names its parameter`() throws {
        // A finite loss near the limit of Float, times an input of 1e30 in the gradient of the kernel.
        let model = try Model(inputShape: [1], seed: 1) { Head("a", loss: .meanSquaredError) { Dense(1) } }
        try model.setWeights([[1], [0]])
        let step = try TrainingStep(model: model, batchCapacity: 1, threads: 1, seed: 1)
        let error = #expect(throws: NonFiniteError.self) {
            try step.run(
                inputs: Tensor(shape: [1, 1], [1e30]), targets: [Tensor(shape: [1], [0])], sampleWeights: [nil], rows: [0], step: 1, training: true)
        }
        #expect(error?.place == .gradient(parameter: "a/kernel"))
    }
}
