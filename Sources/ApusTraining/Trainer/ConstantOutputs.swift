/// Notices a regression head that answers one and the same number for every row: the sign of a dead ReLU.
struct ConstantOutputs {
    private let heads: [BatchHead]
    private var rows = 0
    private var ranges: [(low: Float, high: Float)]

    init(heads: [BatchHead]) {
        self.heads = heads
        ranges = heads.map { _ in (.infinity, -.infinity) }
    }

    /// Looks at what the engine answered in its last batch.
    mutating func add(_ engine: any BatchEngine, rows count: Int) {
        rows += count
        for (index, head) in heads.enumerated() where head.kind == .numbers {
            for value in engine.output(ofHead: index) {
                ranges[index].low = min(ranges[index].low, value)
                ranges[index].high = max(ranges[index].high, value)
            }
        }
    }

    /// One sentence for each constant head.
    func warnings(_ set: String) -> [String] {
        guard rows > 1 else { return [] }
        return zip(heads, ranges).compactMap { head, range in
            guard range.low == range.high else { return nil }
            let cause =
                range.low == 0
                ? "If its last layer is a ReLU, it is dead and no example can bring it back: declare the head with outputBias: .targetMean, "
                    + "or build the model with another seed."
                : "It ignores its inputs."
            return "Head '\(head.name)' answers \(range.low) for all \(rows) \(set) rows. \(cause)"
        }
    }
}
