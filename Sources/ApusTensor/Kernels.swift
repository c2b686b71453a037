package import CApusKernels
import Glibc
import Synchronization

/// The CPU kernels of one instruction set, chosen at run time.
public struct Kernels: @unchecked Sendable {  // points at constant tables
    package let table: UnsafePointer<apus_kernels_t>

    /// The fastest kernels this processor runs, unless the environment variable `APUS_KERNELS` names others it runs.
    public static let best: Kernels =
        getenv("APUS_KERNELS").flatMap { Kernels(named: String(cString: $0)) } ?? Kernels(table: apus_kernels(nil))

    /// Names of all kernels compiled in, fastest first.
    public static let allNames = ["avx512", "avx2", "portable"]

    /// Kernels by name; nil when the name is unknown or this processor cannot run them.
    public init?(named name: String) {
        guard let table = apus_kernels(name) else { return nil }
        self.table = table
    }

    private init(table: UnsafePointer<apus_kernels_t>) { self.table = table }

    public var name: String { String(cString: table.pointee.name) }

    /// Floats in one vector register.
    public var vectorWidth: Int { Int(table.pointee.vector_width) }

    /// One step of Adam over flat buffers of equal length, as Keras does it.
    ///
    /// `m += (g - m)(1 - β1)`, `v += (g² - v)(1 - β2)`, `value = value - decay value - rate m / (√v + ε)`.
    /// - Parameters:
    ///   - rate: learning rate times `√(1 - β2^t) / (1 - β1^t)` for step t counted from 1.
    ///   - decay: 0, or for AdamW learning rate times weight decay.
    ///   - pool: threads that share long buffers; the result does not depend on them.
    public func adam(
        values: UnsafeMutableBufferPointer<Float>, m: UnsafeMutableBufferPointer<Float>, v: UnsafeMutableBufferPointer<Float>,
        gradients: UnsafeBufferPointer<Float>, rate: Float, beta1: Double, beta2: Double, epsilon: Float,
        decay: Float = 0, pool: ThreadPool? = nil
    ) {
        precondition(m.count == values.count && v.count == values.count && gradients.count == values.count, "buffers of different length")
        guard let value = values.baseAddress, let m = m.baseAddress, let v = v.baseAddress, let gradient = gradients.baseAddress else { return }
        let settings = apus_adam_t(
            learning_rate: rate, one_minus_beta1: Float(1 - beta1), one_minus_beta2: Float(1 - beta2), epsilon: epsilon, decay: decay)
        inStretches(of: values.count, pool) { start, count in
            withUnsafePointer(to: settings) { table.pointee.adam(value + start, m + start, v + start, gradient + start, $0, count) }
        }
    }

    /// Whether no element is NaN or infinite.
    public func isFinite(_ values: UnsafeBufferPointer<Float>) -> Bool {
        guard let base = values.baseAddress else { return true }
        return table.pointee.is_finite(base, values.count)
    }

    /// Adds the first arrays of `parts`, `first` of them, in order; false when a sum is not finite.
    package func sum(
        _ parts: [UnsafeMutablePointer<Float>], first: Int, count: Int, into sum: UnsafeMutablePointer<Float>, pool: ThreadPool? = nil
    ) -> Bool {
        let finite = Atomic<Bool>(true)
        inStretches(of: count, pool) { start, count in
            let isFinite = parts.withUnsafeBufferPointer { parts in
                parts.baseAddress!.withMemoryRebound(to: UnsafePointer<Float>?.self, capacity: parts.count) {
                    table.pointee.reduce(sum, $0, first, start, count)
                }
            }
            if !isFinite { finite.store(false, ordering: .relaxed) }
        }
        return finite.load(ordering: .relaxed)
    }

    /// Calls `body` with the start and length of parts of a buffer, on the threads of `pool` where there are several parts.
    private func inStretches(of count: Int, _ pool: ThreadPool?, _ body: (_ start: Int, _ count: Int) -> Void) {
        let stretches = (count + Self.stretch - 1) / Self.stretch
        guard let pool, stretches > 1 else { return body(0, count) }
        pool.run(count: stretches) { item, _ in body(item * Self.stretch, min(Self.stretch, count - item * Self.stretch)) }
    }

    /// Floats that are worth another thread: some microseconds of work.
    private static let stretch = 16_384
}
