extension Recipe {
    /// Direction (4 classes) and number of bars to the next swing point, from 30 bars of 13 features; 33,653 parameters.
    public static let multiTaskLSTM = Recipe(
        name: "multi-task-lstm", summary: "Two LSTM layers and two heads: type of the next swing point, and bars until it.", inputShape: [30, 13],
        body: """
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

            """)
}
