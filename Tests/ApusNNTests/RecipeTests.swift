import ApusNN
import Testing

@Suite struct RecipeTests {
    @Test func `multi-task-lstm has 33,653 parameters, layer by layer`() throws {
        let model = try Model(Recipe.multiTaskLSTM.description, inputShape: [30, 13], seed: 1)
        #expect(model.parameterCount == 33_653)
        #expect(
            model.summary.filter { $0.parameterCount > 0 }.map(\.parameterCount) == [19_968, 12_416, 528, 68, 528, 136, 9])
        #expect(model.heads.map(\.outputShape) == [[4], [1]])
        #expect(
            model.parameters.map(\.name) == [
                "lstm/kernel", "lstm/recurrent_kernel", "lstm/bias", "lstm_1/kernel", "lstm_1/recurrent_kernel", "lstm_1/bias",
                "dense/kernel", "dense/bias", "direction/kernel", "direction/bias",
                "dense_1/kernel", "dense_1/bias", "dense_2/kernel", "dense_2/bias", "bars/kernel", "bars/bias",
            ])
    }

    @Test func `a recipe's body is the Swift that builds it`() throws {
        // The body of the recipe, pasted.
        let written = ModelDescription {
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
        #expect(written == Recipe.multiTaskLSTM.description)
        #expect(try ModelDescription(parsing: written.body) == written)
    }

    @Test func `sequence-regressor has 246,913 parameters, with GRU layers 188,033`() throws {
        let model = try Model(Recipe.sequenceRegressor.description, inputShape: [24, 80], seed: 1)
        #expect(model.parameterCount == 246_913)
        // PyTorch has a second bias of 512 in each LSTM layer: the 247,937 of its `numel`.
        #expect(model.parameterCount + 2 * 512 == 247_937)
        #expect(model.summary.filter { $0.parameterCount > 0 }.map(\.parameterCount) == [107_008, 131_584, 8_256, 65])
        #expect(try Model(Recipe.sequenceRegressorGRU.description, inputShape: [24, 80], seed: 1).parameterCount == 188_033)
    }

    @Test func `price-action-transformer has 406,785 parameters`() throws {
        let model = try Model(Recipe.priceActionTransformer.description, inputShape: [64, 14], seed: 1)
        #expect(model.parameterCount == 406_785)
        #expect(model.summary.filter { $0.parameterCount > 0 }.map(\.parameterCount) == [1_920, 198_272, 198_272, 8_256, 65])
        #expect(
            model.summary.map(\.kind).prefix(6) == [
                "Dense", "PositionalEncoding", "Dropout", "TransformerEncoder", "TransformerEncoder", "GlobalAveragePooling",
            ])
    }

    @Test(arguments: Recipe.all) func `a recipe is known by its name, is written as it is read, and takes other shapes`(recipe: Recipe) throws {
        #expect(Recipe.named(recipe.name) == recipe)
        #expect(try ModelDescription(parsing: recipe.description.body) == recipe.description)
        for shape in [recipe.inputShape, [7, 3], [1, 1]] {
            let model = try Model(recipe.description, inputShape: shape, seed: 2)
            let data = RandomExamples(model, rows: 3, seed: 5)
            let step = try TrainingStep(model: model, batchCapacity: 3, threads: 1, seed: 0)
            #expect(try data.run(step, training: true).total.isFinite)
        }
    }
}
