public import ApusTensor
import Glibc

extension Model {
    /// Sets the last bias of every head declared with `outputBias: .targetMean` so that the head begins at the mean of its targets.
    ///
    /// For an activation f the bias is f⁻¹(mean), per output: the mean itself for linear and ReLU (at least a small positive value there, so
    /// that gradients flow), log p for softmax, logit for sigmoid, artanh for tanh. Call it once before the first step of a fresh model.
    /// - Parameter targets: training targets (N, C), one per head, in order.
    /// - Returns: names of the heads that were set.
    @discardableResult
    public func initializeOutputBiases(targets: [Tensor]) throws(ModelError) -> [String] {
        guard targets.count == heads.count else { throw ModelError(.invalidInput, "\(targets.count) targets for \(heads.count) heads") }
        var names: [String] = []
        for (head, target) in zip(heads, targets) where head.outputBias == .targetMean {
            guard target.count > 0, target.count % head.outputShape[0] == 0, let dense = nodes[head.node].layer as? Dense else {
                throw ModelError(.invalidInput, "targets \(shapeText(target.shape)) do not fit head \"\(head.name)\"")
            }
            let means = Self.columnMeans(target, columns: head.outputShape[0])
            let bias = means.map { Float(Self.inverse(of: dense.activation, at: $0)) }
            guard let parameter = nodes[head.node].parameters.last else { continue }
            bias.withUnsafeBufferPointer { parameters[parameter].write($0) }
            names.append(head.name)
        }
        return names
    }

    private static func columnMeans(_ target: Tensor, columns: Int) -> [Double] {
        var sums = [Double](repeating: 0, count: columns)
        target.withUnsafeBufferPointer { values in for (index, value) in values.enumerated() { sums[index % columns] += Double(value) } }
        return sums.map { $0 / Double(target.count / columns) }
    }

    private static func inverse(of activation: Activation, at mean: Double) -> Double {
        let epsilon = 1e-4  // keeps the bias finite for means on the edge of the range
        switch activation {
        case .linear: return mean
        case .relu: return max(mean, 1e-2)
        case .gelu: return inverseOfGELU(at: mean)
        case .softmax: return log(max(mean, epsilon))
        case .sigmoid:
            let p = min(max(mean, epsilon), 1 - epsilon)
            return log(p / (1 - p))
        case .tanh: return atanh(min(max(mean, epsilon - 1), 1 - epsilon))
        }
    }

    /// By bisection of its rising branch, where x Φ(x) has any value from 1e-2; no mean of a GELU that learns is much below.
    private static func inverseOfGELU(at mean: Double) -> Double {
        let value = max(mean, 1e-2)
        var (low, high) = (0.0, value + 1)
        for _ in 0..<60 {
            let middle = (low + high) / 2
            if middle * erfc(-middle / 2.0.squareRoot()) / 2 < value { low = middle } else { high = middle }
        }
        return low
    }
}
