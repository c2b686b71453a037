import ApusModelFiles
import ApusNN
import ApusTensor
import TestSupport
import Testing

@Suite struct `Models in Keras files` {
    @Test(arguments: [("two_heads", "two_heads"), ("sequential", "sequential"), ("keras_2", "two_heads"), ("equal_heads", "equal_heads")])
    func `a model that Keras saved predicts here what it predicted there`(name: String, data: String) throws {
        let model = try KerasModelFile.read(Fixtures.path("\(name).h5"))
        let inputs = try NpyArray(reading: Fixtures.path("\(data).x.npy"))
        let outputs = try model.predict(Tensor(shape: inputs.shape, inputs.values))
        #expect(!outputs.isEmpty)
        for (index, output) in outputs.enumerated() {
            let expected = try NpyArray(reading: Fixtures.path("\(data).y\(index).npy"))
            #expect(output.shape == expected.shape)
            #expect(largestDifference(output.withUnsafeBufferPointer { $0.map(Double.init) }, expected.values) < 1e-5)
        }
    }

    @Test func `a model of the engine comes back with the same layers, losses and bits`() throws {
        let folder = try TemporaryFolder()
        let model = try SampleModels.engineModel(seed: 30)
        try KerasModelFile.write(model, to: folder.file("model.h5"), learningRate: 5e-4)
        let back = try KerasModelFile.read(folder.file("model.h5"))
        #expect(back.declaration == model.declaration)
        #expect(back.inputShape == model.inputShape)
        #expect(back.weights() == model.weights())
        #expect(try KerasModelFile(reading: folder.file("model.h5")).training?.learningRate == 5e-4)
    }

    @Test func `the engine gives the outputs of the plain judge`() throws {
        let model = try SampleModels.engineModel(seed: 31)
        var generator = SeededGenerator(seed: 32)
        let inputs = NpyArray(shape: [5, 30, 13], values: generator.floats(5 * 30 * 13))
        let expected = try ReferenceForward(file: KerasModelFile(model)).outputs(inputs)
        for (output, judge) in zip(try model.predict(Tensor(shape: inputs.shape, inputs.values)), expected) {
            #expect(output.withUnsafeBufferPointer { largestDifference(judge, Array($0)) } < 1e-5)
        }
    }

    @Test func `a head may have the name that the input or a layer would have`() throws {
        let model = try Model(inputShape: [4, 3], seed: 1) {
            LSTM(2)
            Head("input_layer", loss: .meanSquaredError) { Dense(1) }
            Head("dense", loss: .meanSquaredError) {
                Dense(2)
                Dense(1)
            }
        }
        let folder = try TemporaryFolder()
        try KerasModelFile.write(model, to: folder.file("model.h5"))
        let back = try KerasModelFile.read(folder.file("model.h5"))
        #expect(back.heads.map(\.name) == ["input_layer", "dense"])
        #expect(back.weights() == model.weights())
    }

    @Test func `a head's name that Keras does not take is refused`() throws {
        let model = try Model(inputShape: [3], seed: 1) { Head("up/down", loss: .meanSquaredError) { Dense(1) } }
        let error = #expect(throws: ModelFileError.self) { try KerasModelFile.write(model, to: "/tmp/never-written.h5") }
        #expect(error?.description.contains("'up/down'") == true && error?.path == "/tmp/never-written.h5")
    }

    @Test func `steps that the file leaves open must be given`() throws {
        let file = try SampleModels.file(SampleModels.openSteps, seed: 33)
        let error = #expect(throws: ModelFileError.self) { try file.makeModel() }
        #expect(error?.code == .unsupported)
        #expect(try file.makeModel(steps: 8).inputShape == [8, 3])
        let fixed = try SampleModels.file(SampleModels.twoHeads, seed: 34)
        #expect(throws: ModelFileError.self) { try fixed.makeModel(steps: 31) }
        #expect(try fixed.makeModel(steps: 30).parameterCount == 33_653)
    }

    @Test func `heads that share layers among some of them are refused`() throws {
        var graph = SampleModels.equalHeads
        graph.layers.append(KerasLayer("d", .dense(units: 4, activation: .relu), inbound: "a1"))
        graph.outputs.append("d")
        let file = try SampleModels.file(graph, seed: 35)
        let error = #expect(throws: ModelFileError.self) { try file.makeModel() }
        #expect(error?.code == .unsupported && error?.message.contains("shares layers") == true)
    }

    @Test func `a loss that is not computed is refused by its name`() throws {
        var file = try SampleModels.file(SampleModels.openSteps, seed: 36)
        file.training = KerasTraining(outputs: [.init(layer: "lstm_1", loss: "huber", lossWeight: 1)])
        let error = #expect(throws: ModelFileError.self) { try file.makeModel(steps: 3) }
        #expect(error?.message.contains("huber") == true)
        file.training = nil
        #expect(try file.makeModel(steps: 3).heads[0].loss == .meanSquaredError)
    }
}
