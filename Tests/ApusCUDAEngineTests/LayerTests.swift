import ApusNN
import ApusTensor
import Testing

/// Values and gradients of every layer against the CPU engine, which is itself compared with PyTorch and Keras.
@Suite struct LayerTests {
    private func check(
        _ layers: String, inputShape: [Int], head: String = "Head(\"y\", loss: .meanSquaredError) { Dense(2) }", rows: Int = 5, capacity: Int = 6,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let model = try Model(ModelDescription(parsing: "\(layers)\n\(head)"), inputShape: inputShape, seed: 4)
        let comparison = try Comparison(model, capacity: capacity)
        let errors = try comparison.compareStep(rows: (0..<rows).map { ($0 * 5 + 2) % 12 })
        #expect(errors.loss < 1e-6 && errors.output < 1e-5, "\(errors)", sourceLocation: sourceLocation)
    }

    @Test(arguments: [1, 5, 16, 17, 33, 64, 100, 130]) func `LSTM`(units: Int) throws { try check("LSTM(\(units))", inputShape: [5, 3]) }

    @Test(arguments: [1, 5, 16, 17, 33, 64, 100, 130]) func `GRU`(units: Int) throws { try check("GRU(\(units))", inputShape: [5, 3]) }

    @Test(arguments: ["LSTM", "GRU"]) func `recurrent layers on top of each other`(layer: String) throws {
        try check("\(layer)(20, returnsSequences: true)\n\(layer)(9, returnsSequences: true)\n\(layer)(40)", inputShape: [4, 7])
    }

    @Test(arguments: ["LSTM", "GRU"]) func `a single step`(layer: String) throws { try check("\(layer)(6)", inputShape: [1, 3]) }

    @Test(arguments: [(1, 1), (13, 64), (70, 3), (300, 200)]) func `dense layers of vectors`(inputs: Int, units: Int) throws {
        for activation in ["linear", "relu", "tanh", "gelu", "sigmoid", "softmax"] {
            try check("Dense(\(units), activation: .\(activation))\nDense(5, activation: .tanh)", inputShape: [inputs])
        }
    }

    @Test(arguments: [(1, 1), (13, 64), (70, 3), (17, 130)]) func `dense layers of sequences`(inputs: Int, units: Int) throws {
        for activation in ["linear", "relu", "tanh", "gelu", "sigmoid", "softmax"] {
            try check("Dense(\(units), activation: .\(activation))\nDense(4)\nGlobalAveragePooling()", inputShape: [3, inputs])
        }
    }

    @Test(arguments: [3, 16, 65]) func `norms of vectors and sequences`(features: Int) throws {
        try check("Dense(\(features))\nLayerNorm()\nGlobalAveragePooling()", inputShape: [4, 5])
        try check("Dense(\(features))\nLayerNorm()", inputShape: [5])
    }

    @Test(arguments: [
        "Dense(12)\nDropout(0.3)\nGlobalAveragePooling()", "Dropout(0.5)\nLSTM(5)\nDropout(0.5)", "Dropout(0.4)\nGlobalAveragePooling()",
    ])
    func `dropout draws the masks of the CPU`(layers: String) throws { try check(layers, inputShape: [5, 70]) }

    @Test(arguments: [(1, 1, 3), (7, 2, 8), (33, 4, 32), (70, 1, 40)]) func `attention`(steps: Int, heads: Int, size: Int) throws {
        let width = heads * size
        try check("Dense(\(width))\nMultiHeadAttention(heads: \(heads))\nGlobalAveragePooling()", inputShape: [steps, 4], rows: 2, capacity: 3)
        try check(
            "Dense(\(width))\nMultiHeadAttention(heads: \(heads), dropout: 0.2)\nGlobalAveragePooling()", inputShape: [steps, 4], rows: 3, capacity: 3
        )
    }

    @Test(arguments: ["relu", "gelu"]) func `transformer encoders`(activation: String) throws {
        try check(
            """
            Dense(12)
            PositionalEncoding()
            Dropout(0.1)
            TransformerEncoder(heads: 3, hidden: 20, dropout: 0.1, activation: .\(activation))
            TransformerEncoder(heads: 2, hidden: 9, dropout: 0.2, activation: .\(activation))
            GlobalAveragePooling()
            """, inputShape: [6, 5])
    }

    @Test(arguments: [1, 2, 4]) func `losses`(columns: Int) throws {
        let (binary, squared) = (
            "Head(\"b\", loss: .binaryCrossEntropy, weight: 0.7, positiveWeight: 2.5) { Dense(\(columns), activation: .sigmoid) }",
            "Head(\"n\", loss: .meanSquaredError, weight: 0.25) { Dense(\(columns), activation: .relu) }"
        )
        let classes = "Head(\"c\", loss: .crossEntropy, weight: 1.5) { Dense(\(columns + 1), activation: .softmax) }"
        for heads in [binary, squared, classes, "\(classes)\n\(binary)\n\(squared)"] {
            try check("Dense(8, activation: .tanh)", inputShape: [6], head: heads)
        }
    }

    @Test(arguments: Recipe.all.map(\.name)) func `recipes`(name: String) throws {
        let recipe = try #require(Recipe.named(name))
        let shape = [min(recipe.inputShape[0], 9), recipe.inputShape[1]]
        let comparison = try Comparison(Model(recipe.description, inputShape: shape, seed: 2), capacity: 3)
        let errors = try comparison.compareStep(rows: [7, 0])
        #expect(errors.loss < 1e-6 && errors.output < 1e-5, "\(errors)")
    }
}
