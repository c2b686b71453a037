public import ApusTensor

/// Keeps the gradient of a step within bounds before the optimiser sees it, so that one bad batch cannot throw the weights far away.
///
/// The result depends neither on the number of threads nor on the instruction set.
public enum GradientClipping: Equatable, Sendable {
    /// Scales the gradient of all parameters together when its L2 norm is above the maximum: by maximum / (norm + 1e-6), as PyTorch's
    /// `clip_grad_norm_`. The norm is summed in Float64.
    case norm(Double)
    /// Moves each element into ±maximum, as PyTorch's `clip_grad_value_`.
    case value(Double)

    /// As written in a program: what must be equal for a run to be resumed.
    public var settings: String {
        switch self {
        case .norm(let maximum): "norm(\(maximum))"
        case .value(let maximum): "value(\(maximum))"
        }
    }

    /// The bound, of the norm or of each element.
    public var maximum: Double {
        switch self {
        case .norm(let maximum), .value(let maximum): maximum
        }
    }

    /// Clips the gradient of a whole model in place.
    /// - Returns: its L2 norm before, for `.norm`.
    @discardableResult
    public func clip(_ gradient: UnsafeMutableBufferPointer<Float>, kernels: Kernels = .best) -> Double? {
        switch self {
        case .norm(let maximum):
            let norm = kernels.sumOfSquares(UnsafeBufferPointer(gradient)).squareRoot()
            let factor = maximum / (norm + 1e-6)
            if factor < 1 { kernels.scale(gradient, by: Float(factor)) }
            return norm
        case .value(let maximum):
            kernels.clamp(gradient, to: Float(maximum))
            return nil
        }
    }
}
