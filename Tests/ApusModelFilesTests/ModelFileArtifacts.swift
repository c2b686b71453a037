import ApusModelFiles
import ApusNN
import ApusTensor
import Foundation
import TestSupport
import Testing

/// Writes models, inputs and our outputs to `$APUS_ARTIFACTS/models` for Tests/Tools/test_model_files.py, where Keras judges them.
@Suite(.enabled(if: ProcessInfo.processInfo.environment["APUS_ARTIFACTS"] != nil, "set APUS_ARTIFACTS to a folder"))
struct ModelFileArtifacts {
    let folder: String

    init() throws {
        folder = ProcessInfo.processInfo.environment["APUS_ARTIFACTS"]! + "/models"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    }

    @Test(
        arguments: [
            ("two_heads", SampleModels.twoHeads, [9, 30, 13], SampleModels.twoHeadsTraining),
            ("equal_heads", SampleModels.equalHeads, [9, 5, 4], nil), ("open_steps", SampleModels.openSteps, [9, 11, 3], nil),
        ] as [(String, KerasGraph, [Int], KerasTraining?)])
    func `models for Keras`(name: String, graph: KerasGraph, shape: [Int], training: KerasTraining?) throws {
        let file = try SampleModels.file(graph, seed: 20, training: training)
        try file.write(to: "\(folder)/\(name).h5")
        var generator = SeededGenerator(seed: 21)
        let inputs = NpyArray(shape: shape, values: generator.floats(shape.reduce(1, *)))
        try inputs.write(to: "\(folder)/\(name).x.npy")
        for (index, output) in try ReferenceForward(file: file).outputs(inputs).enumerated() {
            try NpyArray(shape: [shape[0], output.count / shape[0]], values: output.map { Float($0) }).write(to: "\(folder)/\(name).y\(index).npy")
        }
        let order = try graph.orderedLayers().map(\.name).joined(separator: "\n")
        try order.write(toFile: "\(folder)/\(name).layers.txt", atomically: true, encoding: .utf8)
    }

    /// A file that its pytest twin changes in Python and compares.
    @Test func `arrays for safetensors`() throws {
        try SafetensorsTests.sample.write(to: "\(folder)/sample.safetensors")
    }

    /// Outputs of the engine itself: what a user gets who trains here and predicts in Keras.
    @Test func `a model of the engine for Keras`() throws {
        let model = try SampleModels.engineModel(seed: 22)
        try KerasModelFile.write(model, to: "\(folder)/engine.h5", learningRate: 2e-3)
        var generator = SeededGenerator(seed: 23)
        let inputs = NpyArray(shape: [50, 30, 13], values: generator.floats(50 * 30 * 13))
        try inputs.write(to: "\(folder)/engine.x.npy")
        for (index, output) in try model.predict(Tensor(shape: inputs.shape, inputs.values)).enumerated() {
            let values = output.withUnsafeBufferPointer { Array($0) }
            try NpyArray(shape: output.shape, values: values).write(to: "\(folder)/engine.y\(index).npy")
        }
        try SafetensorsFile.write(model, to: "\(folder)/engine.safetensors")
        let order = try KerasModelFile(model).graph.orderedLayers().map(\.name).joined(separator: "\n")
        try order.write(toFile: "\(folder)/engine.layers.txt", atomically: true, encoding: .utf8)
    }

    /// For `apus convert`, whose files the tools of each format open: NAME.safetensors, NAME.x.npy and NAME.y0.npy, ...
    @Test func `models of every layer`() throws {
        for (model, name) in try SampleModels.allKinds() {
            let path = "\(folder)/convert/\(name)"
            try FileManager.default.createDirectory(atPath: "\(folder)/convert", withIntermediateDirectories: true)
            try SafetensorsFile.write(model, to: "\(path).safetensors")
            var generator = SeededGenerator(seed: 24)
            let shape = [11] + model.inputShape
            let inputs = NpyArray(shape: shape, values: generator.floats(shape.reduce(1, *)))
            try inputs.write(to: "\(path).x.npy")
            for (index, output) in try model.predict(Tensor(shape: shape, inputs.values)).enumerated() {
                try NpyArray(shape: output.shape, values: output.withUnsafeBufferPointer { Array($0) }).write(to: "\(path).y\(index).npy")
            }
        }
    }

    /// For Tests/Tools/test_torch_checkpoints.py: checkpoints/NAME.pth, NAME.x.npy and NAME.y.npy.
    @Test(arguments: [(Recipe.priceActionTransformer, "transformer"), (.sequenceRegressor, "lstm"), (.sequenceRegressorGRU, "gru")])
    func `checkpoints for PyTorch`(recipe: Recipe, name: String) throws {
        try FileManager.default.createDirectory(atPath: "\(folder)/checkpoints", withIntermediateDirectories: true)
        let model = try Model(recipe.description, inputShape: recipe.inputShape, seed: 25)
        var generator = SeededGenerator(seed: 26)
        var weights = model.weights()
        // No bias is zero, so that each of them matters.
        for (index, parameter) in model.parameters.enumerated() where parameter.shape.count == 1 {
            for place in weights[index].indices { weights[index][place] += Float.random(in: -0.2...0.2, using: &generator) }
        }
        try model.setWeights(weights)
        let columns = (0..<recipe.inputShape[1]).map { "größe_\($0)" }
        try TorchCheckpoint(model, featureColumns: columns, more: [.init("epoch", .int(3))]).write(to: "\(folder)/checkpoints/\(name).pth")
        let inputs = NpyArray(shape: [20] + recipe.inputShape, values: generator.floats(20 * recipe.inputShape.reduce(1, *)))
        try inputs.write(to: "\(folder)/checkpoints/\(name).x.npy")
        let outputs = try model.predict(Tensor(shape: inputs.shape, inputs.values))[0]
        try NpyArray(shape: outputs.shape, values: outputs.scalars).write(to: "\(folder)/checkpoints/\(name).y.npy")
    }
}
