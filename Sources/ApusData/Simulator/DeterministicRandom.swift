/// SplitMix64 (Steele, Lea, Flood 2014): integer arithmetic only, hence the same numbers on every machine.
struct DeterministicRandom: RandomNumberGenerator {
    private var state: UInt64

    /// - Parameter words: what the stream is for; different words give unrelated streams.
    init(seed: UInt64, words: [String]) {
        // FNV-1a, with a separator so that ("ab", "c") differs from ("a", "bc").
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in words.joined(separator: "\u{1F}").utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        state = seed ^ hash
        state = next() ^ seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    /// Uniform in [0, 1), a multiple of 2^-53.
    mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }

    mutating func uniform(_ range: ClosedRange<Double>) -> Double { range.lowerBound + (range.upperBound - range.lowerBound) * uniform() }

    /// Nearly normal, mean 0, deviation 1: the sum of twelve uniforms (Irwin-Hall), within ±6.
    ///
    /// Exact methods need log and cos, whose last bit differs between C libraries.
    mutating func normal() -> Double {
        var sum = -6.0
        for _ in 0..<12 { sum += uniform() }
        return sum
    }
}
