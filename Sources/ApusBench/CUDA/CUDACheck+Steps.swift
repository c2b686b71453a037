import ApusCUDA
import ApusCUDAEngine
import ApusTensor

// Single batches: losses, outputs, gradients.
extension CUDACheck {
    private static let unchanged = AdamStep(rate: 0, beta1: 0.9, beta2: 0.999, epsilon: 1e-7)

    /// One training step of a whole batch, or of a last one with fewer rows.
    static func step(_ model: CUDACheckModel, batch: Int, rows: Int? = nil) -> CUDACheck {
        let count = rows ?? batch
        return CUDACheck(name: "step: \(model.name)" + (rows.map { ", \($0) of \(batch) rows" } ?? "")) { kernels in
            let comparison = try CUDAComparison(model, batch: batch, examples: 2 * batch + 1, on: kernels)
            // Every other row, from the last one on.
            let order = (0..<count).map { 2 * (batch - $0) }
            let losses = try comparison.runOnHost(order, step: 3, training: true)
            let burst = CUDABurst(comparison.examples, batches: [order[...]], step: 3, updates: [unchanged])
            let failed = try comparison.onDevice.train([burst], clipping: .none)
            let (gradient, parameter) = try comparison.gradientMeasure()
            let finite = Measure(name: "not_finite", error: failed == [nil] ? 0 : 1, tolerance: 0)
            return Outcome(measures: comparison.outputMeasures(losses) + [gradient, finite], notes: [("largest_in", parameter)])
        }
    }

    /// Losses and outputs without dropout, after which the parameters are what they were.
    static func evaluation(_ model: CUDACheckModel, batch: Int) -> CUDACheck {
        CUDACheck(name: "evaluation: \(model.name)") { kernels in
            let comparison = try CUDAComparison(model, batch: batch, examples: batch, on: kernels)
            let order = Array(0..<batch)
            let losses = try comparison.runOnHost(order, step: 0, training: false)
            try comparison.onDevice.evaluate([CUDABurst(comparison.examples, batches: [order[...]])])
            let measures = comparison.outputMeasures(losses)
            try comparison.onDevice.downloadParameters()
            let same = comparison.onDevice.models[0].parameterBuffer.values.elementsEqual(comparison.host.parameterBuffer.values)
            return Outcome(measures: measures + [Measure(name: "changed", error: same ? 0 : 1, tolerance: 0)])
        }
    }
}
