import ApusModelFiles
import TestSupport
import Testing

@Suite struct `Writing for Keras` {
    @Test(arguments: [SampleModels.twoHeads, SampleModels.equalHeads, SampleModels.openSteps])
    func `what was written is read back bit for bit`(graph: KerasGraph) throws {
        let folder = try TemporaryFolder()
        let file = try SampleModels.file(graph, seed: 1)
        try file.write(to: folder.file("model.h5"))
        let back = try KerasModelFile(reading: folder.file("model.h5"))
        #expect(back.weights == file.weights)
        #expect(back.graph.name == graph.name && back.graph.outputs == graph.outputs)
        #expect(try back.graph.layers == graph.orderedLayers())
        #expect(folder.names == ["model.h5"])
        try back.write(to: folder.file("again.h5"))
        #expect(try KerasModelFile(reading: folder.file("again.h5")) == back)
    }

    @Test func `the two-headed LSTM has 33,653 parameters and keeps its way of training`() throws {
        let folder = try TemporaryFolder()
        let file = try SampleModels.file(SampleModels.twoHeads, seed: 2, training: SampleModels.twoHeadsTraining)
        #expect(file.parameterCount == 33_653)
        try file.write(to: folder.file("model.h5"))
        let training = try #require(try KerasModelFile(reading: folder.file("model.h5")).training)
        #expect(training.outputs.map(\.loss) == ["categorical_crossentropy", "mean_squared_error"])
        #expect(training.outputs.map(\.lossWeight) == [1, 0.5])
    }

    @Test func `a configuration above 64 KiB is written`() throws {
        let folder = try TemporaryFolder()
        var layers = [KerasLayer("in", .input(shape: [2]), inbound: nil)]
        for index in 0..<400 { layers.append(KerasLayer("layer_\(index)", .dense(units: 2, activation: .relu), inbound: layers.last!.name)) }
        let file = try SampleModels.file(KerasGraph(layers: layers, outputs: [layers.last!.name]), seed: 3)
        try file.write(to: folder.file("deep.h5"))
        #expect(try KerasModelFile(reading: folder.file("deep.h5")) == file)
    }

    @Test func `weights of another shape are refused before anything is written`() throws {
        var weights = try SampleModels.file(SampleModels.openSteps, seed: 4).weights
        weights["lstm"]![0] = WeightArray(shape: [5, 28], values: [Float](repeating: 0, count: 140))
        let error = #expect(throws: ModelFileError.self) { try KerasModelFile(graph: SampleModels.openSteps, weights: weights) }
        #expect(error?.message.contains("lstm_cell/kernel [6, 28]") == true && error?.message.contains("[5, 28]") == true)
    }

    @Test func `a file that cannot be written leaves the old one and nothing else`() throws {
        let file = try SampleModels.file(SampleModels.openSteps, seed: 5)
        let missing = #expect(throws: ModelFileError.self) { try file.write(to: "/nonexistent/folder/model.h5") }
        #expect(missing?.code == .unwritable)
        #expect(missing?.description.hasPrefix("/nonexistent/folder/model.h5: cannot be written: No such file") == true)
        let folder = try TemporaryFolder()
        try file.write(to: folder.file("model.h5"))
        let full = #expect(throws: ModelFileError.self) { try file.write(to: "/dev/full/model.h5") }
        #expect(full?.code == .unwritable)
        // A folder of that name: the rename fails after the temporary file was written.
        _ = try folder.write([], to: "marker")
        #expect(throws: ModelFileError.self) { try file.write(to: folder.path) }
        #expect(folder.names == ["marker", "model.h5"])
    }
}
