import Glibc

/// Philox 4x32-10, a counter-based random number generator: every number is a pure function of key and counter.
///
/// Salmon, Moraes, Dror, Shaw, "Parallel Random Numbers: As Easy as 1, 2, 3", SC'11. Nothing is stored between draws, so numbers do not
/// depend on the order or the thread in which they are asked for, and resuming needs only the counter.
public struct Philox: Sendable, Equatable {
    public typealias Block = SIMD4<UInt32>

    /// The two key words, from the seed.
    public let key: SIMD2<UInt32>
    /// Separates uses of one seed: upper half of the counter.
    public let stream: UInt64

    public init(seed: UInt64, stream: UInt64 = 0) {
        key = [UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32)]
        self.stream = stream
    }

    /// Four random words for a 128-bit counter.
    public static func block(counter: Block, key: SIMD2<UInt32>) -> Block {
        var (c, k) = (counter, key)
        for _ in 0..<10 {
            let (high0, low0) = UInt32(0xD251_1F53).multipliedFullWidth(by: c[0])
            let (high1, low1) = UInt32(0xCD9E_8D57).multipliedFullWidth(by: c[2])
            c = [high1 ^ c[1] ^ k[0], low1, high0 ^ c[3] ^ k[1], low0]
            k &+= [0x9E37_79B9, 0xBB67_AE85]
        }
        return c
    }

    /// Block number `index` of this stream.
    public subscript(index: UInt64) -> Block {
        Self.block(
            counter: [
                UInt32(truncatingIfNeeded: index), UInt32(truncatingIfNeeded: index >> 32),
                UInt32(truncatingIfNeeded: stream), UInt32(truncatingIfNeeded: stream >> 32),
            ], key: key)
    }

    /// Word number `index` of this stream.
    public func word(at index: UInt64) -> UInt32 { self[index / 4][Int(index % 4)] }

    /// Uniform in [0, 1), a multiple of 2⁻²⁴.
    public func uniform(at index: UInt64) -> Float { Float(word(at: index) >> 8) * 0x1p-24 }

    /// Standard normal (Box and Muller, in Double), numbers 2k and 2k + 1 of one block pair.
    public func normal(at index: UInt64) -> Double {
        let words = self[index / 2]
        // 53 and 32 bits; the first in (0, 1], so that its logarithm is finite.
        let u = (Double(UInt64(words[0]) << 21 | UInt64(words[1] >> 11)) + 1) * 0x1p-53
        let v = Double(words[2]) * 0x1p-32
        let radius = (-2 * log(u)).squareRoot()
        return index % 2 == 0 ? radius * cos(2 * .pi * v) : radius * sin(2 * .pi * v)
    }

    /// Integer in 0..<bound without bias worth noting (64-bit multiply).
    public func integer(below bound: Int, at index: UInt64) -> Int {
        let words = self[index]
        return Int((UInt64(words[0]) | UInt64(words[1]) << 32).multipliedFullWidth(by: UInt64(bound)).high)
    }
}
