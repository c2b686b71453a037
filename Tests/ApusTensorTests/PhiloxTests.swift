import ApusTensor
import Testing

@Suite struct PhiloxTests {
    /// Known answers of Random123 1.14 (file kat_vectors, "philox4x32 10").
    @Test(arguments: [
        (
            counter: SIMD4<UInt32>(repeating: 0), key: SIMD2<UInt32>(repeating: 0),
            answer: SIMD4<UInt32>(0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8)
        ),
        (
            counter: SIMD4<UInt32>(repeating: .max), key: SIMD2<UInt32>(repeating: .max),
            answer: SIMD4<UInt32>(0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd)
        ),
        (
            counter: SIMD4<UInt32>(0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344), key: SIMD2<UInt32>(0xa409_3822, 0x299f_31d0),
            answer: SIMD4<UInt32>(0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1)
        ),
    ])
    func `blocks equal the published vectors`(counter: SIMD4<UInt32>, key: SIMD2<UInt32>, answer: SIMD4<UInt32>) {
        #expect(Philox.block(counter: counter, key: key) == answer)
    }

    @Test func `seed and stream select key and counter`() {
        let random = Philox(seed: 0x0123_4567_89AB_CDEF, stream: 7)
        #expect(random[5] == Philox.block(counter: [5, 0, 7, 0], key: [0x89AB_CDEF, 0x0123_4567]))
        #expect(random.word(at: 22) == random[5][2])
        #expect(Philox(seed: 1)[0] != Philox(seed: 1, stream: 1)[0])
    }

    @Test func `uniform and normal numbers have the moments of their distributions`() {
        let random = Philox(seed: 20_240_101)
        let count: UInt64 = 40_000
        var (mean, normalMean, square, fourth) = (0.0, 0.0, 0.0, 0.0)
        for index in 0..<count {
            let u = Double(random.uniform(at: index))
            #expect(u >= 0 && u < 1)
            mean += u
            let z = random.normal(at: index)
            normalMean += z
            square += z * z
            fourth += z * z * z * z
        }
        let n = Double(count)
        // Five standard errors each.
        #expect(abs(mean / n - 0.5) < 5 * 0.2887 / n.squareRoot())
        #expect(abs(normalMean / n) < 5 / n.squareRoot())
        #expect(abs(square / n - 1) < 5 * 2.0.squareRoot() / n.squareRoot())
        #expect(abs(fourth / n - 3) < 5 * 96.0.squareRoot() / n.squareRoot())
    }

    @Test func `bounded integers cover their range`() {
        let random = Philox(seed: 3)
        var counts = [Int](repeating: 0, count: 7)
        for index in 0..<7000 { counts[random.integer(below: 7, at: UInt64(index))] += 1 }
        #expect(counts.allSatisfy { abs($0 - 1000) < 150 })  // five standard deviations
    }
}
