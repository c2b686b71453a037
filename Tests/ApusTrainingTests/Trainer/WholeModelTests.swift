import ApusJSON
import ApusNN
import ApusTensor
import ApusTraining
import TestSupport
import Testing

/// The recipes at full size against PyTorch: outputs, loss, every gradient, and ten steps of training.
///
/// Reference: Tests/References/training_whole_models.py, which makes the same weights and examples from the same SplitMix64.
@Suite struct WholeModelTests {
    static let names = ["sequence-regressor", "sequence-regressor-gru", "price-action-transformer", "price-action-transformer, scheduled"]
    private static let steps = 10

    /// The recipe's layers without dropout, which no two libraries draw alike.
    private func layers(_ recipe: Recipe) -> ModelDescription {
        func kept(_ layer: any Layer) -> (any Layer)? {
            if layer is Dropout { return nil }
            guard var encoder = layer as? TransformerEncoder else { return layer }
            encoder.dropout = 0
            return encoder
        }
        return ModelDescription(
            elements: recipe.description.elements.compactMap { element in
                switch element.kind {
                case .layer(let layer): return kept(layer).map { ModelElement(.layer($0)) }
                case .head(var head):
                    head.layers = head.layers.compactMap(kept)
                    return ModelElement(.head(head))
                }
            })
    }

    private func numbers(_ count: Int, seed: UInt64) -> [Float] {
        var generator = SeededGenerator(seed: seed)
        return (0..<count).map { _ in generator.signed() }
    }

    private func model(_ name: String) throws -> Model {
        let recipe = try #require(Recipe.named(String(name.prefix { $0 != "," })))
        let model = try Model(layers(recipe), inputShape: recipe.inputShape, seed: 1)
        #expect(model.parameterCount == (try Model(recipe.description, inputShape: recipe.inputShape, seed: 1)).parameterCount)
        for (index, parameter) in model.parameters.enumerated() {
            let shape = parameter.shape
            let bound = shape.count == 2 ? Float((6 / Double(shape[0] + shape[1])).squareRoot()) : 0.2
            let base: Float = parameter.name.hasSuffix("gamma") ? 1 : 0
            parameter.value = Tensor(shape: shape, numbers(parameter.count, seed: 100 + UInt64(index)).map { $0 * bound + base })
        }
        return model
    }

    private func examples(_ model: Model, batch: Int, seed: UInt64) throws -> Examples {
        let shape = [batch * Self.steps] + model.inputShape
        let targets = numbers(shape[0], seed: seed + 1)
        let isBinary = model.heads[0].loss == .binaryCrossEntropy
        return try Examples(
            inputs: Tensor(shape: shape, numbers(Tensor.count(of: shape), seed: seed).map { $0 * 1.5 }),
            targets: [model.heads[0].name: Tensor(shape: [shape[0], 1], isBinary ? targets.map { $0 > 0.3 ? 1 : 0 } : targets)])
    }

    private func options(_ name: String, batch: Int) -> TrainingOptions {
        var options = TrainingOptions(epochs: 1, batchSize: batch, restoreBestWeights: false, shuffle: false, threads: 2)
        switch name {
        case "sequence-regressor": break
        case "sequence-regressor-gru": options.gradientClipping = .norm(0.5)
        case "price-action-transformer": options.optimizer = AdamW()
        default:
            options.optimizer = AdamW()
            options.learningRateSchedule = LearningRateSchedule(.cosine(steps: 7, floor: 0.05), warmup: .init(steps: 3, start: 0.1))
            options.gradientClipping = .norm(0.4)
            options.positiveWeights = ["signal": 1.75]
        }
        return options
    }

    /// The largest difference relative to the largest value of the reference.
    private func error(_ values: [Double], _ reference: [Double]) -> Double {
        let size = reference.map(abs).max() ?? 0
        return values.count == reference.count ? (zip(values, reference).map { abs($0 - $1) }.max() ?? 0) / max(size, 1e-6) : .infinity
    }

    @Test(arguments: names) func `outputs, loss and every gradient of the first batch are those of PyTorch`(name: String) throws {
        let reference = try Fixture.json("whole_models.json").get(name)
        let model = try model(name)
        let batch = try #require(reference.get("batch").int)
        let examples = try examples(model, batch: batch, seed: UInt64(try #require(reference.get("seed").int)))
        let step = try TrainingStep(
            model: model, batchCapacity: batch, threads: 2, seed: 0, positiveWeights: options(name, batch: batch).positiveWeights)
        let losses = try step.run(
            inputs: examples.inputs, targets: [examples.targets[model.heads[0].name]!], sampleWeights: [nil],
            rows: Array(0..<batch)[...], step: 0, training: true)
        let outputs = try reference.get("outputs").doubles()
        #expect(error(step.output(ofHead: 0).map(Double.init), outputs) < 5e-6)
        #expect(error(try model.predict(examples.inputs.rows(0..<batch))[0].scalars.map(Double.init), outputs) < 5e-6)
        #expect(relativeError([losses.total], [try reference.get("losses").doubles()[0]]) < 5e-6)
        let gradients = try reference.get("gradients").list()
        #expect(gradients.count == model.parameters.count)
        for (parameter, expected) in zip(model.parameters, gradients) {
            let gradient = step.gradient(of: parameter)
            let stride = try #require(expected.get("stride").int)
            let sample = Swift.stride(from: 0, to: gradient.count, by: stride).map { Double(gradient[$0]) }
            // Sums of up to 768 rows and steps behind a chain of up to 48 recurrent steps, in Float32.
            #expect(error(sample, try expected.get("sample").doubles()) < 1e-5, "\(parameter.name)")
            let norm = gradient.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
            #expect(relativeError([norm], [try expected.get("norm").number()], floor: 1e-6) < 1e-5, "\(parameter.name)")
        }
    }

    @Test(arguments: names) func `the losses of ten steps are those of PyTorch, and the weights move the same way`(name: String) throws {
        let reference = try Fixture.json("whole_models.json").get(name)
        let model = try model(name)
        let start = model.weights().flatMap { $0 }
        let recorder = Recorder()
        let batch = try #require(reference.get("batch").int)
        let examples = try examples(model, batch: batch, seed: UInt64(try #require(reference.get("seed").int)))
        try Trainer(model: model, options: options(name, batch: batch)).fit(examples, observer: recorder)
        var sum = 0.0
        let losses = try recorder.batches.map { batch in
            let total = try #require(batch.running.means["loss"]) * Double(batch.step)
            defer { sum = total }
            return total - sum
        }
        let expected = try reference.get("losses").doubles()
        #expect(losses.count == Self.steps)
        // Rounding of Float32, which the steps of Adam amplify where a gradient is about zero.
        #expect(relativeError(losses, expected) < 2e-5, "\(losses) against \(expected)")
        let moved = zip(model.weights().flatMap { $0 }, start).map { Double($0) - Double($1) }
        let (norm, sample) = (try reference.get("moved").get("norm").number(), try reference.get("moved").get("sample").doubles())
        #expect(relativeError([moved.reduce(0) { $0 + $1 * $1 }.squareRoot()], [norm]) < 1e-3)
        #expect(error(stride(from: 0, to: moved.count, by: 4001).map { moved[$0] }, sample) < 1e-3)
    }
}
