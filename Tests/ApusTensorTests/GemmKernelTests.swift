import CApusKernels
import Testing

/// Matrix products of every shape class against a plain loop in Double.
@Suite struct GemmKernelTests {
    static let shapes: [(m: Int, n: Int, k: Int)] = [
        (1, 1, 1), (1, 4, 16), (3, 5, 7), (4, 16, 13), (8, 17, 64), (9, 33, 2), (16, 64, 256), (5, 100, 31), (17, 47, 130), (2, 80, 1), (7, 63, 97),
    ]

    /// Room for n floats a row, padded as the kernels want it.
    private func padded(_ values: [Float], rows: Int, columns: Int) -> [Float] {
        let stride = apus_padded(columns)
        var result = [Float](repeating: 0, count: rows * stride + 16)
        for row in 0..<rows { for column in 0..<columns { result[row * stride + column] = values[row * columns + column] } }
        return result
    }

    /// Rounding of a sum of k products of numbers of size 1, generously.
    private func tolerance(_ k: Int) -> Double { 2e-7 * Double(k + 8) }

    @Test(arguments: KernelVariants.all) func `products agree with a plain loop`(variant: String) throws {
        let kernels = try KernelVariants.table(variant)
        for (number, shape) in Self.shapes.enumerated() {
            let (m, n, k) = shape
            let a = randomFloats(m * k, seed: UInt64(number))
            let b = randomFloats(k * n, seed: UInt64(number) + 100)
            let bias = randomFloats(n, seed: UInt64(number) + 200)
            let stride = apus_padded(n)
            for isTransposed in [false, true] {
                var stored = b
                if isTransposed { for i in 0..<k { for j in 0..<n { stored[j * k + i] = b[i * n + j] } } }
                var packed = [Float](repeating: .nan, count: apus_gemm_packed_size(k, n))
                kernels.gemm_pack(&packed, stored, isTransposed ? 1 : n, isTransposed ? k : 1, k, n)
                for accumulate in [false, true] {
                    var c = [Float](repeating: 0.5, count: m * stride)
                    kernels.gemm(&c, stride, a, k, packed, accumulate ? nil : bias, accumulate, m, n, k)
                    for i in 0..<m {
                        for j in 0..<n {
                            var sum = accumulate ? 0.5 : Double(bias[j])
                            for l in 0..<k { sum += Double(a[i * k + l]) * Double(b[l * n + j]) }
                            #expect(abs(Double(c[i * stride + j]) - sum) <= tolerance(k), "\(shape) [\(i), \(j)]")
                        }
                    }
                }
            }
        }
    }

    @Test(arguments: KernelVariants.all) func `transposed products add to exactly their columns`(variant: String) throws {
        let kernels = try KernelVariants.table(variant)
        for (number, shape) in Self.shapes.enumerated() {
            let (m, n, k) = shape
            let a = randomFloats(k * m, seed: UInt64(number) + 300)
            let plain = randomFloats(k * n, seed: UInt64(number) + 400)
            let b = padded(plain, rows: k, columns: n)
            // Nothing between the rows of C: a column too many would show in the next row, or in the guard behind.
            var c = [Float](repeating: 0.25, count: m * n + 16)
            kernels.gemm_transposed(&c, n, a, m, b, apus_padded(n), m, n, k)
            for i in 0..<m {
                for j in 0..<n {
                    var sum = 0.25
                    for l in 0..<k { sum += Double(a[l * m + i]) * Double(plain[l * n + j]) }
                    #expect(abs(Double(c[i * n + j]) - sum) <= tolerance(k), "\(shape) [\(i), \(j)]")
                }
            }
            #expect(c[(m * n)...].allSatisfy { $0 == 0.25 })
        }
    }

    @Test(arguments: KernelVariants.all) func `a row's product does not depend on the rows beside it`(variant: String) throws {
        let kernels = try KernelVariants.table(variant)
        for (number, shape) in Self.shapes.enumerated() {
            let (m, n, k) = shape
            let a = randomFloats(m * k, seed: UInt64(number) + 500)
            let b = randomFloats(k * n, seed: UInt64(number) + 600)
            let stride = apus_padded(n)
            var packed = [Float](repeating: 0, count: apus_gemm_packed_size(k, n))
            kernels.gemm_pack(&packed, b, n, 1, k, n)
            var together = [Float](repeating: 0, count: m * stride)
            kernels.gemm(&together, stride, a, k, packed, nil, false, m, n, k)
            for row in 0..<m {
                var alone = [Float](repeating: 0, count: stride)
                kernels.gemm(&alone, stride, Array(a[row * k..<(row + 1) * k]), k, packed, nil, false, 1, n, k)
                #expect(alone[..<n] == together[row * stride..<row * stride + n])
            }
        }
    }

    @Test(arguments: KernelVariants.all) func `column sums add up the rows`(variant: String) throws {
        let kernels = try KernelVariants.table(variant)
        for (m, n) in [(1, 1), (5, 16), (9, 37)] {
            let plain = randomFloats(m * n, seed: 700)
            var sums = [Float](repeating: 1, count: n + 3)
            kernels.column_sum(&sums, padded(plain, rows: m, columns: n), apus_padded(n), m, n)
            for j in 0..<n {
                let exact = (0..<m).reduce(1.0) { $0 + Double(plain[$1 * n + j]) }
                #expect(abs(Double(sums[j]) - exact) <= tolerance(m))
            }
            #expect(sums[n...] == [1, 1, 1])
        }
    }
}
