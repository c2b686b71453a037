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
                                values: value, m: m, v: v, gradients: $0,
                                AdamStep(rate: Float(corrected), beta1: beta1, beta2: beta2, epsilon: Float(epsilon)))
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
                        kernels.adam(values: value, m: m, v: v, gradients: $0, AdamStep(rate: 1, beta1: 0.9, beta2: 0.999, epsilon: 1e-7))
                    }
                }
            }
        }
        #expect(value.allSatisfy { $0 == 0 })
    }

    /// Longer than one thread's stretch, with an end that fills no vector.
    @Test(arguments: KernelVariants.all) func `threads share long buffers and change no bit`(variant: String) throws {
        let kernels = try #require(Kernels(named: variant))
        let count = 70_003
        let gradients = randomFloats(count, seed: 5)
        func updated(_ pool: ThreadPool?) -> [[Float]] {
            var (values, m, v) = (randomFloats(count, seed: 6), [Float](repeating: 0, count: count), [Float](repeating: 0, count: count))
            values.withUnsafeMutableBufferPointer { values in
                m.withUnsafeMutableBufferPointer { m in
                    v.withUnsafeMutableBufferPointer { v in
                        gradients.withUnsafeBufferPointer {
                            kernels.adam(
                                values: values, m: m, v: v, gradients: $0,
                                AdamStep(rate: 0.1, beta1: 0.9, beta2: 0.999, epsilon: 1e-7, decay: 0.01), pool: pool)
                        }
                    }
                }
            }
            return [values, m, v]
        }
        let alone = updated(nil)
        #expect(alone[0] != randomFloats(count, seed: 6))
        for threads in [1, 2, 5] { #expect(updated(ThreadPool(threads: threads)) == alone) }
    }

    @Test(arguments: KernelVariants.all) func `threads share long sums, and one bad element anywhere is found`(variant: String) throws {
        let kernels = try #require(Kernels(named: variant))
        let count = 50_001
        let parts = (0..<3).map { _ in UnsafeMutablePointer<Float>.allocate(capacity: count) }
        let sum = UnsafeMutablePointer<Float>.allocate(capacity: count)
        defer { for memory in parts + [sum] { memory.deallocate() } }
        for (number, part) in parts.enumerated() { part.initialize(from: randomFloats(count, seed: UInt64(number)), count: count) }
        let expected = (0..<count).map { parts[0][$0] + parts[1][$0] }
        for threads in [1, 2, 5] {
            let pool = ThreadPool(threads: threads)
            #expect(kernels.sum(parts, first: 2, count: count, into: sum, pool: pool))
            #expect((0..<count).allSatisfy { sum[$0] == expected[$0] })
            for place in [0, 16_384, 40_000, count - 1] {
                let kept = parts[1][place]
                parts[1][place] = place % 2 == 0 ? .nan : .infinity
                #expect(!kernels.sum(parts, first: 2, count: count, into: sum, pool: pool), "at \(place)")
                parts[1][place] = kept
            }
        }
    }
}
