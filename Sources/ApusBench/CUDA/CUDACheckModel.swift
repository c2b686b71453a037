import ApusNN

/// A model whose training on a GPU is compared with the CPU's.
struct CUDACheckModel {
    let name: String
    let description: String
    let inputShape: [Int]
    /// Largest number that is added to each initial weight, so that every part of a gradient is far from 0.
    var noise: Float = 0.2
    /// Of the gradients: where many ReLUs are, a sum that is 0 but for rounding may be on either side of it.
    var gradientTolerance = 1e-4

    func make(seed: UInt64 = 1) throws -> Model {
        try Model(ModelDescription(parsing: description), inputShape: inputShape, seed: seed)
    }

    private static let number = "Head(\"y\", loss: .meanSquaredError) { Dense(2) }"

    /// - Parameter name: nil for the layers, and the heads where they are not the usual one.
    private init(_ layers: String, _ inputShape: [Int], head: String = number, name: String? = nil) {
        self.name = name ?? (layers + (head == Self.number ? "" : "\n\(head)")).replacing("\n", with: " ")
        description = "\(layers)\n\(head)"
        self.inputShape = inputShape
    }

    private init(_ recipe: Recipe) {
        (name, description, inputShape) = (recipe.name, recipe.body, recipe.inputShape)
        (noise, gradientTolerance) = (0.05, 5e-3)
    }

    static let recipes = Recipe.all.map { CUDACheckModel($0) }

    /// Both recurrent layers, dropout and two heads.
    static let twoHeads = CUDACheckModel(
        "LSTM(33, returnsSequences: true)\nDropout(0.2)\nGRU(20)", [9, 13],
        head: """
            Head("kind", loss: .crossEntropy) { Dense(3, activation: .softmax) }
            Head("size", loss: .meanSquaredError, weight: 0.5) {
                Dense(4, activation: .tanh)
                Dense(1)
            }
            """, name: "LSTM and GRU with two heads")

    /// Every layer and loss, in sizes at and beside those of the kernels' tiles.
    static let layers: [CUDACheckModel] = recurrent + dense + rows + attention + losses

    private static let recurrent = ["LSTM", "GRU"].flatMap { layer in
        [1, 5, 16, 17, 33, 64, 100, 128, 130].map { CUDACheckModel("\(layer)(\($0))", [5, 3]) } + [
            CUDACheckModel("\(layer)(20, returnsSequences: true)\n\(layer)(9, returnsSequences: true)\n\(layer)(40)", [4, 7]),
            CUDACheckModel("\(layer)(6)", [1, 3]),
        ]
    }

    private static let activations = ["linear", "relu", "tanh", "gelu", "sigmoid", "softmax"]

    private static let dense =
        activations.flatMap { activation in
            [(1, 1), (13, 64), (70, 3), (300, 200)].map { inputs, units in
                CUDACheckModel("Dense(\(units), activation: .\(activation))\nDense(5, activation: .tanh)", [inputs])
            }
        }
        + activations.flatMap { activation in
            [(1, 1), (13, 64), (70, 3), (17, 130)].map { inputs, units in
                CUDACheckModel("Dense(\(units), activation: .\(activation))\nDense(4)\nGlobalAveragePooling()", [3, inputs])
            }
        }

    private static let rows =
        [3, 16, 65].flatMap { features in
            [
                CUDACheckModel("Dense(\(features))\nLayerNorm()\nGlobalAveragePooling()", [4, 5]),
                CUDACheckModel("Dense(\(features))\nLayerNorm()", [5]),
            ]
        }
        + [
            "Dense(12)\nDropout(0.3)\nGlobalAveragePooling()", "Dropout(0.5)\nLSTM(5)\nDropout(0.5)", "Dropout(0.4)\nGlobalAveragePooling()",
        ].map { CUDACheckModel($0, [5, 70]) }

    private static let attention =
        [(1, 1, 3), (7, 2, 8), (33, 4, 32), (70, 1, 40)].flatMap { steps, heads, size in
            ["", ", dropout: 0.2"].map { dropout in
                let attention = "MultiHeadAttention(heads: \(heads)\(dropout))"
                return CUDACheckModel("Dense(\(heads * size))\n\(attention)\nGlobalAveragePooling()", [steps, 4])
            }
        }
        + ["relu", "gelu"].map { activation in
            let encoder = "activation: .\(activation))"
            return CUDACheckModel(
                """
                Dense(12)
                PositionalEncoding()
                Dropout(0.1)
                TransformerEncoder(heads: 3, hidden: 20, dropout: 0.1, \(encoder)
                TransformerEncoder(heads: 2, hidden: 9, dropout: 0.2, \(encoder)
                GlobalAveragePooling()
                """, [6, 5])
        }

    private static let losses = [1, 2, 4].flatMap { columns in
        let binary = "Head(\"b\", loss: .binaryCrossEntropy, weight: 0.7, positiveWeight: 2.5) { Dense(\(columns), activation: .sigmoid) }"
        let squared = "Head(\"n\", loss: .meanSquaredError, weight: 0.25) { Dense(\(columns), activation: .relu) }"
        let classes = "Head(\"c\", loss: .crossEntropy, weight: 1.5) { Dense(\(columns + 1), activation: .softmax) }"
        return [binary, squared, classes, "\(classes)\n\(binary)\n\(squared)"].map {
            CUDACheckModel("Dense(8, activation: .tanh)", [6], head: $0)
        }
    }
}
