public import ApusTensor
import Glibc

/// Adam (Kingma and Ba, 2015, "the formula just before section 2.1") as Keras 3 computes it.
///
///     m += (g − m)(1 − β₁)        v += (g² − v)(1 − β₂)        α = η √(1 − β₂ᵗ) / (1 − β₁ᵗ)        θ −= α m / (√v + ε)
///
/// ε is added to the root of the uncorrected second moment, unlike PyTorch, whose ε corresponds to `ε √(1 − β₂ᵗ)` here. The bias correction
/// is computed in Float64 (Keras: Float32), which changes the first step sizes by a few parts in 10⁵ at most.
public struct Adam: Optimizer {
    public var learningRate: Float
    public let beta1: Double
    public let beta2: Double
    public let epsilon: Float
    private var moments = AdamMoments()

    public init(learningRate: Float = 1e-3, beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Float = 1e-7) {
        self.learningRate = learningRate
        self.beta1 = beta1
        self.beta2 = beta2
        self.epsilon = epsilon
    }

    public var settings: String { "Adam(beta1: \(beta1), beta2: \(beta2), epsilon: \(epsilon))" }

    public var state: OptimizerState { moments.state(learningRate: learningRate) }

    public mutating func restore(_ state: OptimizerState, parameterCount: Int) throws {
        moments = try AdamMoments(state, parameterCount: parameterCount, settings: settings)
        learningRate = state.learningRate
    }

    public mutating func update(_ parameters: UnsafeMutableBufferPointer<Float>, gradients: UnsafeBufferPointer<Float>, pool: ThreadPool?) {
        guard let step = nextStep() else { return }
        moments.lend(count: parameters.count) { momentum, velocity in
            Kernels.best.adam(values: parameters, m: momentum, v: velocity, gradients: gradients, step, pool: pool)
        }
    }

    public mutating func nextStep() -> AdamStep? {
        let step = moments.nextIteration()
        let correction = (1 - pow(beta2, step)).squareRoot() / (1 - pow(beta1, step))
        return AdamStep(rate: Float(Double(learningRate) * correction), beta1: beta1, beta2: beta2, epsilon: epsilon)
    }
}
