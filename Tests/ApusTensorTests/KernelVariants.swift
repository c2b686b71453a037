import ApusTensor
import CApusKernels
import Testing

/// The kernels this processor runs; every kernel test runs over all of them.
enum KernelVariants {
    static let all = Kernels.allNames.filter { Kernels(named: $0) != nil }

    static func table(_ name: String) throws -> apus_kernels_t { try #require(apus_kernels(name)).pointee }
}

/// Normal numbers from a seed.
func randomFloats(_ count: Int, seed: UInt64) -> [Float] {
    let random = Philox(seed: seed)
    return (0..<count).map { Float(random.normal(at: UInt64($0))) }
}

@Suite struct KernelDispatchTests {
    @Test func `the portable kernels are always there, and unknown names are refused`() {
        #expect(KernelVariants.all.contains("portable"))
        #expect(Kernels(named: "portable")?.name == "portable")
        #expect(Kernels(named: "mmx") == nil)
        #expect(KernelVariants.all.contains(Kernels.best.name))
    }
}
