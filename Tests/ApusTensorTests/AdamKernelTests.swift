import ApusTensor
import Testing

@Suite struct AdamKernelTests {
    @Test(arguments: KernelVariants.all) func `steps follow Keras's formula, tails included`(variant: String) throws {
        let kernels = try #require(Kernels(named: variant))
        let count = 37
        var (value, m, v) = (randomFloats(count, seed: 1), [Float](repeating: 0, count: count), [Float](repeating: 0, count: count))
        var (x, m1, v1) = (value.map(Double.init), [Double](repeating: 0, count: count), [Double](repeating: 0, count: count))
        let (rate, beta1, beta2, epsilon) = (1e-3, 0.9, 0.999, 1e-7)
        for step in 1...5 {
            let gradient = randomFloats(count, seed: UInt64(step) + 10)
            let (power1, power2) = ((0..<step).reduce(1.0) { p, _ in p * beta1 }, (0..<step).reduce(1.0) { p, _ in p * beta2 })
            let corrected = rate * (1 - power2).squareRoot() / (1 - power1)
            value.withUnsafeMutableBufferPointer { value in
                m.withUnsafeMutableBufferPointer { m in
                    v.withUnsafeMutableBufferPointer { v in
                        gradient.withUnsafeBufferPointer {
                            kernels.adam(
                                values: value, m: m, v: v, gradients: $0, rate: Float(corrected), beta1: beta1, beta2: beta2,
                                epsilon: Float(epsilon))
                        }
                    }
                }
            }
            for i in 0..<count {
                let g = Double(gradient[i])
                m1[i] += (g - m1[i]) * (1 - beta1)
                v1[i] += (g * g - v1[i]) * (1 - beta2)
                x[i] -= corrected * m1[i] / (v1[i].squareRoot() + epsilon)
            }
        }
        // Values of size 1 are rounded five times.
        for i in 0..<count { #expect(abs(Double(value[i]) - x[i]) < 5e-7) }
    }

    @Test(arguments: KernelVariants.all) func `gaps with zero gradients stay zero`(variant: String) throws {
        let kernels = try #require(Kernels(named: variant))
        var (value, m, v) = ([Float](repeating: 0, count: 20), [Float](repeating: 0, count: 20), [Float](repeating: 0, count: 20))
        let gradient = [Float](repeating: 0, count: 20)
        value.withUnsafeMutableBufferPointer { value in
            m.withUnsafeMutableBufferPointer { m in
                v.withUnsafeMutableBufferPointer { v in
                    gradient.withUnsafeBufferPointer {
                        kernels.adam(values: value, m: m, v: v, gradients: $0, rate: 1, beta1: 0.9, beta2: 0.999, epsilon: 1e-7)
                    }
                }
            }
        }
        #expect(value.allSatisfy { $0 == 0 })
    }
}
