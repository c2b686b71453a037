import ApusModelFiles
import ApusNN
import ApusTensor
import TestSupport
import Testing

/// Fixtures: Tests/References/files_pytorch_checkpoints.py (torch 1.13).
@Suite("PyTorch checkpoints") struct TorchCheckpointTests {
    private func checkpoint(_ name: String) throws -> TorchCheckpoint { try TorchCheckpoint(reading: Fixtures.path("checkpoints/\(name).pth")) }

    private func message(_ body: () throws -> Void) -> String {
        do { try body() } catch { return "\(error)" }
        return "no error"
    }

    /// A recipe's model with biases and gains that matter.
    private func model(_ recipe: Recipe, inputShape: [Int]? = nil) throws -> Model {
        let model = try Model(recipe.description, inputShape: inputShape ?? recipe.inputShape, seed: 3)
        var generator = SeededGenerator(seed: 4)
        var weights = model.weights()
        for (index, parameter) in model.parameters.enumerated() where parameter.shape.count == 1 {
            weights[index] = generator.floats(parameter.count, in: -0.2...0.2)
        }
        try model.setWeights(weights)
        return model
    }

    @Test(arguments: ["transformer", "lstm", "gru"]) func `what PyTorch saved gives a model with PyTorch's outputs`(name: String) throws {
        let checkpoint = try checkpoint(name)
        #expect(checkpoint.featureColumns == ["open", "größe", "rsi_14"] && checkpoint.inputDimension == 3)
        #expect(checkpoint.windowSize == (name == "transformer" ? 6 : 5))
        let model = try checkpoint.makeModel()
        let x = try NpyArray(reading: Fixtures.path("checkpoints/\(name).x.npy"))
        let y = try NpyArray(reading: Fixtures.path("checkpoints/\(name).y.npy"))
        // Our head ends with the sigmoid that the module leaves out.
        let ours = try model.predict(Tensor(shape: x.shape, x.values))[0].scalars.map { name == "transformer" ? logOdds($0) : $0 }
        #expect(zip(ours, y.values).allSatisfy { abs($0 - $1) < 5e-6 }, "\(ours) and \(y.values)")
        #expect(y.values.max()! - y.values.min()! > 1e-3)
    }

    /// The inverse of the sigmoid, by Newton's steps on exp, which the standard library has not.
    private func logOdds(_ p: Float) -> Float {
        var x = 0.0
        for _ in 0..<60 {
            let q = sigmoid(x)
            x += (Double(p) - q) / max(q * (1 - q), 1e-9)
        }
        return Float(x)
    }

    private func sigmoid(_ x: Double) -> Double {
        var power = 1 + x / 4_294_967_296
        for _ in 0..<32 { power *= power }
        return power / (1 + power)
    }

    @Test func `other keys are kept`() throws {
        guard case .double(1.75)? = try checkpoint("transformer").file.root["pos_weight"],
            case .int(7)? = try checkpoint("transformer").file.root["epoch"]
        else { return #expect(Bool(false)) }
    }

    @Test func `a transformer is written with the published names and comes back`() throws {
        let model = try model(.priceActionTransformer)
        let columns = (0..<14).map { "feature \($0)" }
        let written = try TorchCheckpoint(model, featureColumns: columns, more: [.init("epoch", .int(3))])
        let layer = [
            "self_attn.in_proj_weight", "self_attn.in_proj_bias", "self_attn.out_proj.weight", "self_attn.out_proj.bias", "linear1.weight",
            "linear1.bias", "linear2.weight", "linear2.bias", "norm1.weight", "norm1.bias", "norm2.weight", "norm2.bias",
        ]
        #expect(
            written.file.state.map(\.name) == ["input_projection.weight", "input_projection.bias", "pos_encoder.pe"]
                + (0..<2).flatMap { number in layer.map { "transformer_encoder.layers.\(number).\($0)" } }
                + ["fc_out.0.weight", "fc_out.0.bias", "fc_out.3.weight", "fc_out.3.bias"])
        #expect(written.file.state[2].tensor.shape == [5000, 1, 128] && written.file.state[0].tensor.shape == [128, 14])
        #expect(written.file.state.reduce(0) { $0 + $1.tensor.count } == 406_785 + 640_000)

        let folder = try TemporaryFolder()
        try written.write(to: folder.file("best_model.pth"))
        let read = try TorchCheckpoint(reading: folder.file("best_model.pth"))
        #expect(read.featureColumns == columns && read.windowSize == 64 && read.inputDimension == 14)
        guard case .int(3)? = read.file.root["epoch"], case .int(4)? = read.file.root["nhead"] else { return #expect(Bool(false)) }
        #expect(try read.makeModel().weights() == model.weights())
        // The same without our description of the layers, as a file from PyTorch has none.
        let bare = try TorchCheckpoint(TorchFile(root: read.file.root))
        #expect(try bare.makeModel().weights() == model.weights())
        #expect(try ModelDescription(parsing: bare.layers().body) == Recipe.priceActionTransformer.description)
    }

    @Test(arguments: [(Recipe.sequenceRegressor, "lstm", 247_937), (.sequenceRegressorGRU, "gru", 188_033)])
    func `a regressor is written with PyTorch's names and two biases, and comes back`(recipe: Recipe, module: String, count: Int) throws {
        let model = try model(recipe)
        let written = try TorchCheckpoint(model, featureColumns: (0..<80).map { "f\($0)" })
        let stack = (0..<2).flatMap { number in ["weight_ih", "weight_hh", "bias_ih", "bias_hh"].map { "\(module).\($0)_l\(number)" } }
        #expect(written.file.state.map(\.name) == stack + ["fc1.weight", "fc1.bias", "fc2.weight", "fc2.bias"])
        #expect(written.file.state.reduce(0) { $0 + $1.tensor.count } == count)
        let read = try TorchCheckpoint(TorchFile(bytes: written.file.encoded()))
        #expect(try read.makeModel().weights() == model.weights() && read.windowSize == 24)
        let bare = try TorchCheckpoint(TorchFile(root: read.file.root))
        #expect(try bare.makeModel().weights() == model.weights())
        #expect(try ModelDescription(parsing: bare.layers().body) == recipe.description)
    }

    @Test func `a checkpoint of another shape is one error with both shapes, and changes nothing`() throws {
        let checkpoint = try TorchCheckpoint(model(.priceActionTransformer), featureColumns: (0..<14).map { "\($0)" })
        let longer = try model(.priceActionTransformer, inputShape: [128, 14])
        let before = longer.weights()
        #expect(message { try checkpoint.load(into: longer) }.contains("of shape [64, 14], and this one reads [128, 14]"))
        #expect(longer.weights() == before)
        let narrow = try Model(
            ModelDescription(parsing: Recipe.priceActionTransformer.body.replacing("Dense(128)", with: "Dense(64)")), inputShape: [64, 14], seed: 1)
        #expect(
            message { try checkpoint.load(into: narrow) }.contains(
                "'input_projection.weight' has the shape [128, 14], and 'dense.weight' needs [64, 14]"))
        let regressor = try Model(Recipe.sequenceRegressor.description, inputShape: [64, 14], seed: 1)
        #expect(message { try checkpoint.load(into: regressor) }.contains("30 tensors of layers, and the model needs 12"))
    }

    @Test func `positions that are not sinusoids are refused`() throws {
        #expect(message { _ = try checkpoint("refused_positions").makeModel() }.contains("of shape [12, 1, 8], are not the sinusoids"))
    }

    @Test func `facts that are missing, wrong or contradict each other are named`() throws {
        let state = TorchValue.Entry(
            "model_state_dict", .dictionary([.init("fc1.weight", .tensor(TorchTensor(WeightArray(shape: [1], values: [1]))))]))
        func reading(_ more: TorchValue.Entry...) -> String {
            message { _ = try TorchCheckpoint(TorchFile(root: .dictionary([state] + more))) }
        }
        #expect(reading() == "no error" && reading(.init("window_size", .int(3))) == "no error")
        #expect(reading(.init("window_size", .int(0))).contains("'window_size' is not a number of 1 or more"))
        #expect(reading(.init("input_dim", .text("14"))).contains("'input_dim' is not a number"))
        #expect(reading(.init("feature_columns", .int(1))).contains("'feature_columns' is not a list"))
        #expect(reading(.init("feature_columns", .list([.int(1)]))).contains("not a list of texts"))
        #expect(
            reading(.init("feature_columns", .list([.text("a")])), .init("input_dim", .int(2))).contains(
                "names 1 features, and says that a step has 2"))
        #expect(message { _ = try TorchCheckpoint(TorchFile(root: .dictionary([]))) }.contains("no state of a model"))
        let unknown = try TorchCheckpoint(TorchFile(root: .dictionary([state])))
        #expect(message { _ = try unknown.makeModel() }.contains("not those of a model that is known"))
        let entries = try checkpoint("lstm").file.state.map { TorchValue.Entry($0.name, .tensor($0.tensor)) }
        let stepless = try TorchCheckpoint(TorchFile(root: .dictionary(entries)))
        #expect(message { _ = try stepless.makeModel() }.contains("does not say how many steps"))
    }

    @Test func `models of other layers, wrong names of features and taken keys are not written`() throws {
        func writing(_ body: String, _ shape: [Int] = [6, 2], columns: [String] = ["a", "b"], more: [TorchValue.Entry] = []) -> String {
            message {
                _ = try TorchCheckpoint(
                    Model(ModelDescription(parsing: body), inputShape: shape, seed: 1), featureColumns: columns, more: more)
            }
        }
        let head = "Head(\"y\", loss: .meanSquaredError) {\nDense(3, activation: .relu)\nDense(1)\n}"
        let encoder = "TransformerEncoder(heads: 2, hidden: 4)"
        #expect(writing("LSTM(4)\n\(head)") == "no error")
        #expect(writing("Dense(4)\nPositionalEncoding()\n\(encoder)\nGlobalAveragePooling()\n\(head)") == "no error")
        for body in [
            "LSTM(4, returnsSequences: true)\nLSTM(5)\n\(head)", "LSTM(4, returnsSequences: true)\nGRU(4)\n\(head)",
            "LSTM(4)\nHead(\"y\", loss: .meanSquaredError) { Dense(1) }", "LSTM(4)\n\(head.replacing(".relu", with: ".tanh"))",
            "LSTM(4)\n\(head)\n\(head.replacing("\"y\"", with: "\"z\""))", "Dense(4)\nPositionalEncoding()\nGlobalAveragePooling()\n\(head)",
            "Dense(4)\nPositionalEncoding()\nTransformerEncoder(heads: 2, hidden: 4, epsilon: 0.001)\nGlobalAveragePooling()\n\(head)",
            "Dense(4)\nPositionalEncoding()\n\(encoder)\nTransformerEncoder(heads: 4, hidden: 4)\nGlobalAveragePooling()\n\(head)",
            "Dense(4)\n\(encoder)\nGlobalAveragePooling()\n\(head)", "GlobalAveragePooling()\n\(head)",
        ] {
            #expect(writing(body).contains("not those of the price-action transformer or the sequence regressor"), "\(body)")
        }
        #expect(writing("LSTM(4)\n\(head)", columns: ["a"]).contains("1 names of features for a model that reads examples of shape [6, 2]"))
        #expect(writing("LSTM(4)\n\(head)", more: [.init("input_dim", .int(9))]).contains("'input_dim' of a checkpoint is taken"))
    }
}
