import ApusTensor

/// The function behind a layer's linear part, by Keras's names.
public enum Activation: String, Sendable, CaseIterable {
    case linear, relu, gelu, tanh, sigmoid, softmax
}

/// What a head minimises.
public enum Loss: String, Sendable, CaseIterable {
    /// Softmax cross-entropy against one-hot (or soft) targets (N, C).
    case crossEntropy
    /// Binary cross-entropy of sigmoid outputs against targets of 0 and 1 (N, C).
    case binaryCrossEntropy
    /// Mean over the outputs of the squared difference.
    case meanSquaredError
}

/// What the bias of a head's last layer is before the first step.
public enum OutputBias: String, Sendable, CaseIterable {
    /// Zeros, as Keras does it.
    case zero
    /// What makes the head predict the mean target before it has learned anything (see `Model.initializeOutputBiases`): a final ReLU then
    /// begins on its positive side and does not die, and the first epochs need not search for the mean.
    case targetMean
}
