import CApusKernels
import Synchronization

// What runs once a step over all parameters. Threads share long buffers in stretches; the result does not depend on them, as every element is
// computed alone.
extension Kernels {
    /// One step of Adam over flat buffers of equal length, as Keras does it.
    ///
    /// `m += (g - m)(1 - β1)`, `v += (g² - v)(1 - β2)`, `value = value - decay value - rate m / (√v + ε)`.
    /// - Parameter pool: threads that share long buffers.
    public func adam(
        values: UnsafeMutableBufferPointer<Float>, m: UnsafeMutableBufferPointer<Float>, v: UnsafeMutableBufferPointer<Float>,
        gradients: UnsafeBufferPointer<Float>, _ step: AdamStep, pool: ThreadPool? = nil
    ) {
        precondition(m.count == values.count && v.count == values.count && gradients.count == values.count, "buffers of different length")
        guard let value = values.baseAddress, let m = m.baseAddress, let v = v.baseAddress, let gradient = gradients.baseAddress else { return }
        let settings = apus_adam_t(
            learning_rate: step.rate, one_minus_beta1: step.oneMinusBeta1, one_minus_beta2: step.oneMinusBeta2, epsilon: step.epsilon,
            decay: step.decay)
        var update = AdamUpdate(table: table, settings: settings, value: value, m: m, v: v, gradient: gradient, count: values.count)
        guard let pool, let stretches = Stretch.number(in: values.count) else { return update.run(0..<values.count) }
        pool.run(count: stretches, with: &update) { update, stretch, _ in
            let update = update.assumingMemoryBound(to: AdamUpdate.self)
            update.pointee.run(Stretch.range(stretch, in: update.pointee.count))
        }
    }

    /// Adds the first arrays of `parts`, `first` of them, in order; false when a sum is not finite.
    package func sum(
        _ parts: [UnsafeMutablePointer<Float>], first: Int, count: Int, into sum: UnsafeMutablePointer<Float>, pool: ThreadPool? = nil
    ) -> Bool {
        parts.withUnsafeBufferPointer { parts in
            parts.baseAddress!.withMemoryRebound(to: UnsafePointer<Float>?.self, capacity: parts.count) { parts in
                var reduction = Reduction(table: table, parts: parts, first: first, sum: sum, count: count)
                guard let pool, let stretches = Stretch.number(in: count) else { return reduction.run(0..<count) }
                pool.run(count: stretches, with: &reduction) { reduction, stretch, _ in
                    let reduction = reduction.assumingMemoryBound(to: Reduction.self)
                    if !reduction.pointee.run(Stretch.range(stretch, in: reduction.pointee.count)) {
                        reduction.pointee.isFinite.store(false, ordering: .relaxed)
                    }
                }
                return reduction.isFinite.load(ordering: .relaxed)
            }
        }
    }
}

private struct AdamUpdate {
    let table: UnsafePointer<apus_kernels_t>
    var settings: apus_adam_t
    let value, m, v: UnsafeMutablePointer<Float>
    let gradient: UnsafePointer<Float>
    let count: Int

    func run(_ range: Range<Int>) {
        let start = range.lowerBound
        withUnsafePointer(to: settings) { table.pointee.adam(value + start, m + start, v + start, gradient + start, $0, range.count) }
    }
}

private struct Reduction: ~Copyable {
    let table: UnsafePointer<apus_kernels_t>
    let parts: UnsafePointer<UnsafePointer<Float>?>
    let first: Int
    let sum: UnsafeMutablePointer<Float>
    let count: Int
    let isFinite = Atomic<Bool>(true)

    func run(_ range: Range<Int>) -> Bool { table.pointee.reduce(sum, parts, first, range.lowerBound, range.count) }
}

/// A part of a buffer that is worth another thread: some microseconds of work.
private enum Stretch {
    private static let length = 16_384

    /// How many there are in a buffer; nil when it is not worth dividing.
    static func number(in count: Int) -> Int? { count > length ? (count + length - 1) / length : nil }

    static func range(_ stretch: Int, in count: Int) -> Range<Int> { stretch * length..<min(count, (stretch + 1) * length) }
}
