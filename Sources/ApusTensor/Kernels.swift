package import CApusKernels
import Glibc

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

    /// Whether no element is NaN or infinite.
    public func isFinite(_ values: UnsafeBufferPointer<Float>) -> Bool {
        guard let base = values.baseAddress else { return true }
        return table.pointee.is_finite(base, values.count)
    }

    /// Σ x² in Float64, with the same bits by all kernels.
    public func sumOfSquares(_ values: UnsafeBufferPointer<Float>) -> Double {
        guard let base = values.baseAddress else { return 0 }
        return table.pointee.sum_of_squares(base, values.count)
    }

    public func scale(_ values: UnsafeMutableBufferPointer<Float>, by factor: Float) {
        guard let base = values.baseAddress else { return }
        table.pointee.scale(base, factor, values.count)
    }

    /// Moves every element into ±`maximum`.
    public func clamp(_ values: UnsafeMutableBufferPointer<Float>, to maximum: Float) {
        guard let base = values.baseAddress else { return }
        table.pointee.clamp(base, maximum, values.count)
    }
}
