extension Recipe {
    /// Return over the next bars, from 24 bars of some 80 features, by two LSTM layers; 246,913 parameters for 80 features.
    ///
    /// It begins with PyTorch's first weights, as the training it comes from: returns are small, and larger first outputs cost epochs.
    /// PyTorch counts 247,937, because each of its LSTM layers has two biases, of which only the sum matters.
    public static let sequenceRegressor = Recipe(
        name: "sequence-regressor", summary: "Two LSTM layers of 128 units and one number: the return to come.", inputShape: [24, 80],
        body: sequenceRegressorBody("LSTM"))

    /// The same with GRU layers, which have three gates instead of four; 188,033 parameters for 80 features, as PyTorch counts them.
    public static let sequenceRegressorGRU = Recipe(
        name: "sequence-regressor-gru", summary: "Two GRU layers of 128 units and one number: the return to come.", inputShape: [24, 80],
        body: sequenceRegressorBody("GRU"))

    /// - Parameter layer: the recurrent layer, `LSTM` or `GRU`.
    private static func sequenceRegressorBody(_ layer: String) -> String {
        """
        \(layer)(128, returnsSequences: true, initialization: .pytorch)
        Dropout(0.2)
        \(layer)(128, initialization: .pytorch)
        Head("return", loss: .meanSquaredError) {
            Dense(64, activation: .relu, initialization: .pytorch)
            Dropout(0.2)
            Dense(1, initialization: .pytorch)
        }

        """
    }
}
