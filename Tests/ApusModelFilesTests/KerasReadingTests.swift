import ApusJSON
import ApusModelFiles
import Testing

@Suite struct `Reading what Keras saved` {
    @Test(arguments: [
        ("two_heads", "two_heads", 2), ("equal_heads", "equal_heads", 3), ("sequential", "sequential", 1), ("keras_2", "two_heads", 2),
        ("rewritten", "two_heads", 2),
    ])
    func `the model gives the outputs that Keras gave`(name: String, data: String, outputs: Int) throws {
        let file = try KerasModelFile(reading: Fixtures.path("\(name).h5"))
        let results = try ReferenceForward(file: file).outputs(NpyArray(reading: Fixtures.path("\(data).x.npy")))
        #expect(results.count == outputs)
        for (index, result) in results.enumerated() {
            let expected = try NpyArray(reading: Fixtures.path("\(data).y\(index).npy"))
            #expect(largestDifference(result, expected.values) < 1e-5)
        }
    }

    @Test func `the way of training is read where it is told`() throws {
        let training = try #require(try KerasModelFile(reading: Fixtures.path("two_heads.h5")).training)
        #expect(training.outputs.map(\.loss) == ["categorical_crossentropy", "mean_squared_error"])
        #expect(training.outputs.map(\.lossWeight) == [1, 0.5])
        #expect(abs(training.learningRate - 1e-3) < 1e-9)
        #expect(try KerasModelFile(reading: Fixtures.path("keras_2.h5")).training == nil)
    }

    @Test func `a GRU is read from a legacy file`() throws {
        let file = try KerasModelFile(reading: Fixtures.path("gru.h5"))
        #expect(file.graph["gru"]?.kind == .gru(units: 3, returnSequences: false) && file.parameterCount == 63)
    }

    @Test func `other layers, and weights without a model, are refused by name`() throws {
        let convolution = #expect(throws: ModelFileError.self) { try KerasArchive.read(Fixtures.path("convolution.keras")) }
        #expect(convolution?.code == .unsupported)
        #expect(convolution?.description.contains("layer 'conv1d' is of class Conv1D, which Apus does not compute") == true)
        let weights = #expect(throws: ModelFileError.self) { try KerasModelFile(reading: Fixtures.path("only.weights.h5")) }
        #expect(weights?.description.contains("weights alone") == true)
        #expect(weights?.path?.hasSuffix("only.weights.h5") == true)
    }

    @Test(
        arguments: [
            ("lstm", "recurrent_dropout", JSON.double(0.1)), ("lstm", "go_backwards", true), ("lstm", "return_state", true),
            ("lstm", "stateful", true), ("lstm", "activation", "relu"), ("lstm", "recurrent_activation", "hard_sigmoid"), ("lstm", "use_bias", false),
            ("lstm", "kernel_regularizer", ["class_name": "L2"]), ("lstm", "trainable", false), ("lstm", "dtype", "float16"),
            ("dropout", "noise_shape", [1, 2]), ("dense", "activation", "silu"), ("dense", "use_bias", false), ("dense", "lora_rank", 4),
            ("dense", "an_option_of_the_future", 3), ("dense", "kernel_constraint", ["class_name": "NonNeg"]),
        ] as [(String, String, JSON)])
    func `an option that is not computed is refused by its name`(layer: String, option: String, value: JSON) throws {
        let error = #expect(throws: ModelFileError.self) { try graph(setting: option, of: layer, to: value) }
        #expect(error?.code == .unsupported)
        #expect(error?.message.contains("'\(layer)'") == true && error?.message.contains(option) == true, "\(error as Any)")
        #expect(error?.nextStep.isEmpty == false)
    }

    @Test(
        arguments: [
            ("lstm", "units", JSON.int(0)), ("lstm", "units", .int(.max)), ("lstm", "units", "many"), ("dense", "units", .double(2.5)),
            ("dropout", "rate", 1), ("dropout", "rate", .double(.nan)), ("lstm", "return_sequences", "yes"),
            ("input_layer", "batch_shape", [nil, -1, 3]),
            ("input_layer", "batch_shape", [nil, 6, nil]),
        ] as [(String, String, JSON)])
    func `an option of a wrong value is refused by its name`(layer: String, option: String, value: JSON) throws {
        let error = #expect(throws: ModelFileError.self) { try graph(setting: option, of: layer, to: value) }
        #expect(error?.code == .damaged)
        #expect(error?.message.contains("'\(layer)'") == true || option == "batch_shape", "\(error as Any)")
    }

    @Test(
        arguments: [
            ("seed", JSON.int(3)), ("unroll", true), ("kernel_initializer", ["class_name": "HeNormal"]), ("unit_forget_bias", false),
            ("an_option_of_the_future", false), ("another", nil),
        ] as [(String, JSON)])
    func `an option that does not change what is computed is taken`(option: String, value: JSON) throws {
        #expect(try graph(setting: option, of: "lstm", to: value).layers.count == 12)
    }

    /// The graph of two_heads.h5 after a change to one layer's configuration.
    private func graph(setting option: String, of layer: String, to value: JSON) throws -> KerasGraph {
        let root = try HDF5File.read(Fixtures.path("two_heads.h5"), members: [])
        guard case .text(let text) = root.attribute("model_config"), case .object(var config) = try JSON(parsing: text),
            case .object(var inner) = config["config"], var layers = inner["layers"]?.array,
            let index = layers.firstIndex(where: { $0["name"]?.string == layer }),
            case .object(var changed) = layers[index], case .object(var options) = changed["config"]
        else { throw ModelFileError(.damaged, "the fixture has no layer \(layer)", hint: "") }
        options[option] = value
        changed["config"] = .object(options)
        layers[index] = .object(changed)
        inner["layers"] = .array(layers)
        config["config"] = .object(inner)
        let graph = try KerasGraph(modelConfig: .object(config))
        _ = try graph.weightShapes()
        return graph
    }
}
