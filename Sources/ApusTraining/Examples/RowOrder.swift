import ApusTensor

/// The order in which an epoch visits the rows, a pure function of (seed, epoch).
package struct RowOrder {
    /// Streams of the generator that belong to shuffling: this tag above, the epoch below.
    private static let stream: UInt64 = 0x7368_7566_0000_0000

    private let count: Int
    private let seed: UInt64
    private let shuffles: Bool

    package init(count: Int, seed: UInt64, shuffles: Bool = true) {
        self.count = count
        self.seed = seed
        self.shuffles = shuffles
    }

    /// Row numbers 0..<count, each once.
    ///
    /// Fisher and Yates with one Philox block per exchange: 64 random bits for fewer than 2³² places make a bias below 2⁻³².
    package func rows(epoch: Int) -> [Int] {
        var rows = Array(0..<count)
        guard shuffles, count > 1 else { return rows }
        let random = Philox(seed: seed, stream: Self.stream | UInt64(epoch))
        rows.withUnsafeMutableBufferPointer { rows in
            for last in stride(from: rows.count - 1, to: 0, by: -1) {
                rows.swapAt(last, random.integer(below: last + 1, at: UInt64(last)))
            }
        }
        return rows
    }
}
