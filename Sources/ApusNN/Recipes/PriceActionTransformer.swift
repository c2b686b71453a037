extension Recipe {
    /// Probability that it pays to buy, from 64 candles with 14 features; 406,785 parameters.
    ///
    /// PyTorch's `TransformerEncoderLayer` twice, norms behind the residual sums. Dropout follows the positions too.
    public static let priceActionTransformer = Recipe(
        name: "price-action-transformer", summary: "Two transformer layers over 64 candles and one probability: a signal to buy.",
        inputShape: [64, 14],
        body: """
            Dense(128)
            PositionalEncoding()
            Dropout(0.1)
            TransformerEncoder(heads: 4, hidden: 512, dropout: 0.1)
            TransformerEncoder(heads: 4, hidden: 512, dropout: 0.1)
            GlobalAveragePooling()
            Head("signal", loss: .binaryCrossEntropy) {
                Dense(64, activation: .relu)
                Dropout(0.1)
                Dense(1, activation: .sigmoid)
            }

            """)
}
