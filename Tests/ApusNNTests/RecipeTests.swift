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
}
