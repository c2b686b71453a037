public import ApusTensor
import Glibc

/// Adam with decoupled weight decay (Loshchilov and Hutter 2019) as PyTorch computes it.
///
///     θ ← θ (1 − η λ)        m += (g − m)(1 − β₁)        v += (g² − v)(1 − β₂)        θ −= η / (1 − β₁ᵗ) m / (√(v / (1 − β₂ᵗ)) + ε)
///
/// Every parameter decays, biases and gains too, as in PyTorch and Keras. ε is added to the root of the corrected second moment, unlike `Adam`
/// here; the formula is run as `Adam`'s with ε √(1 − β₂ᵗ).
public struct AdamW: Optimizer {
    public var learningRate: Float
    /// λ, the share of the learning rate by which parameters shrink at each step.
    public let weightDecay: Double
    public let beta1: Double
    public let beta2: Double
    public let epsilon: Double
    private var moments = AdamMoments()

    public init(learningRate: Float = 1e-3, weightDecay: Double = 0.01, beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-8) {
        self.learningRate = learningRate
        self.weightDecay = weightDecay
        self.beta1 = beta1
        self.beta2 = beta2
        self.epsilon = epsilon
    }

    public var settings: String { "AdamW(weightDecay: \(weightDecay), beta1: \(beta1), beta2: \(beta2), epsilon: \(epsilon))" }

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
        let (step, rate) = (moments.nextIteration(), Double(learningRate))
        let correction = (1 - pow(beta2, step)).squareRoot()
        return AdamStep(
            rate: Float(rate * correction / (1 - pow(beta1, step))), beta1: beta1, beta2: beta2, epsilon: Float(epsilon * correction),
            decay: Float(rate * weightDecay))
    }
}
