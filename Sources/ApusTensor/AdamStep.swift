/// One update of Adam as numbers: `m += (g - m)(1 - β1)`, `v += (g² - v)(1 - β2)`, `value = value - decay value - rate m / (√v + ε)`.
public struct AdamStep: Sendable, Equatable {
    /// Learning rate times `√(1 - β2^t) / (1 - β1^t)` for step t counted from 1.
    public var rate: Float
    public var oneMinusBeta1: Float
    public var oneMinusBeta2: Float
    public var epsilon: Float
    /// 0, or for AdamW learning rate times weight decay.
    public var decay: Float

    public init(rate: Float, beta1: Double, beta2: Double, epsilon: Float, decay: Float = 0) {
        self.rate = rate
        oneMinusBeta1 = Float(1 - beta1)
        oneMinusBeta2 = Float(1 - beta2)
        self.epsilon = epsilon
        self.decay = decay
    }
}
