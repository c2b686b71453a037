import ApusCUDA
import ApusCUDAEngine
import ApusNN
import ApusTensor

/// Whether a GPU computes what the CPU does, for one batch: a driver or a device that goes wrong must not train a model to nonsense.
struct CUDAAgreement {
    /// Share by which losses, and the gradient by its norm, may differ: far more than sums in another order make of them, and far less than
    /// anything that is wrong.
    private static let tolerance = 0.01

    private let losses: [Double]
    private let gradient: [Float]

    /// What the CPU computes; nil when a loss or the gradient is not finite, which training itself will report.
    init?(_ model: Model, _ burst: BatchBurst, targets: [Tensor], seed: UInt64, positiveWeights: [String: Float]) throws {
        let batch = burst.batches[0]
        let step = try TrainingStep(model: model, batchCapacity: batch.count, threads: 1, seed: seed, positiveWeights: positiveWeights)
        do {
            losses = try step.run(
                inputs: burst.examples.inputs, targets: targets, sampleWeights: burst.rowWeights, rows: batch, step: burst.step, training: true
            ).heads
        } catch is NonFiniteError { return nil }
        gradient = Array(step.gradients)
    }

    /// - Throws: `CUDAError` with the largest difference when the device has computed something else.
    func check(losses others: [Double], gradient other: [Float]) throws(CUDAError) {
        for (loss, other) in zip(losses, others) where !(abs(other - loss) <= Self.tolerance * max(abs(loss), 1e-3)) {
            throw Self.error("a loss of \(other) where the CPU has \(loss)")
        }
        let difference = Self.norm(zip(gradient, other).map { $0 - $1 })
        let norm = Self.norm(gradient)
        guard difference <= Self.tolerance * max(norm, 1e-6) else {
            throw Self.error("a gradient that differs from the CPU's by \(difference), and its norm is \(norm)")
        }
    }

    private static func norm(_ values: [Float]) -> Double { values.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot() }

    private static func error(_ what: String) -> CUDAError {
        CUDAError(
            .wrongResult, "the GPU computes \(what)",
            nextStep: "Train on the CPU with --device cpu, and report this with the GPU and the driver that %device shows")
    }
}
