import ApusTensor
import CApusKernels
import Testing

@Suite struct DropoutKernelTests {
    private func run(
        _ variant: String, steps: Int, rows: Int, features: Int, rate: Double, step: UInt32 = 9, firstRow: UInt32 = 0
    ) throws -> [Float] {
        let kernels = try KernelVariants.table(variant)
        let count = steps * rows * apus_padded(features)
        let x = [Float](repeating: 1, count: count)
        var (y, mask) = ([Float](repeating: .nan, count: count), [Float](repeating: .nan, count: count))
        var arguments = apus_dropout_t(
            steps: steps, rows: rows, features: features, key: (11, 22), step: step, first_row: firstRow,
            threshold: UInt32(rate * 0x1p32), scale: Float(1 / (1 - rate)))
        kernels.dropout(&y, &mask, x, &arguments)
        #expect(y == mask)
        return y
    }

    @Test(arguments: KernelVariants.all) func `the mask is the documented function of Philox`(variant: String) throws {
        let (steps, rows, features) = (3, 2, 83)
        let y = try run(variant, steps: steps, rows: rows, features: features, rate: 0.3, step: 9, firstRow: 40)
        let stride = apus_padded(features)
        for t in 0..<steps {
            for row in 0..<rows {
                for f in 0..<features {
                    let words = Philox.block(counter: [UInt32(f / 64 * 16 + f % 16), UInt32(t), UInt32(40 + row), 9], key: [11, 22])
                    let expected: Float = words[f / 16 % 4] >= UInt32(0.3 * 0x1p32) ? Float(1 / 0.7) : 0
                    #expect(y[(t * rows + row) * stride + f] == expected)
                }
            }
        }
    }

    @Test(arguments: KernelVariants.all) func `the share of dropped elements is the rate`(variant: String) throws {
        for rate in [0.1, 0.5, 0.9] {
            let y = try run(variant, steps: 25, rows: 16, features: 64, rate: rate)
            let dropped = Double(y.count { $0 == 0 }) / Double(y.count)
            #expect(abs(dropped - rate) < 5 * (rate * (1 - rate) / Double(y.count)).squareRoot())
        }
    }

    @Test(arguments: KernelVariants.all) func `a row keeps its mask wherever its shard begins`(variant: String) throws {
        let all = try run(variant, steps: 1, rows: 6, features: 32, rate: 0.5)
        let part = try run(variant, steps: 1, rows: 2, features: 32, rate: 0.5, firstRow: 4)
        #expect(all[(4 * 32)...] == part[...])
        #expect(all[..<32] != all[32..<64])
    }
}
