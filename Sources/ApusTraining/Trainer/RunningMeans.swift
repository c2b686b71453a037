/// Means over the rows of an epoch so far, from the means of its batches, as Keras's `Mean` metrics weigh them: by rows; and the counts of
/// binary heads, whose ratios are those of the whole epoch and no means of batches.
///
/// Sums are in Float64 and added in batch order; they are part of a checkpoint, so that a resumed epoch reports the same numbers.
public struct RunningMeans: Equatable, Sendable {
    /// Rows of the batches added so far.
    public private(set) var rows = 0
    let names: [String]
    private(set) var sums: [Double]
    /// One per binary head, in order.
    var counts: [BinaryCounts]

    init(names: [String], binaryPrefixes: [String] = []) {
        self.names = names
        sums = [Double](repeating: 0, count: names.count)
        counts = binaryPrefixes.map { BinaryCounts(prefix: $0) }
    }

    init(rows: Int, names: [String], sums: [Double], counts: [BinaryCounts] = []) {
        precondition(names.count == sums.count)
        self.rows = rows
        self.names = names
        self.sums = sums
        self.counts = counts
    }

    /// Adds one batch of `rows` rows: its mean losses and scores in the order of `names`.
    mutating func add(_ means: [Double], rows count: Int) {
        rows += count
        for index in sums.indices { sums[index] += means[index] * Double(count) }
    }

    /// The means by name, and of binary heads precision, recall and F1 where they are defined.
    public var means: Logs {
        var means = Logs()
        for (name, sum) in zip(names, sums) { means[name] = sum / Double(max(rows, 1)) }
        for counts in counts {
            for (name, ratio) in counts.ratios { means[name] = ratio }
        }
        return means
    }
}

/// The decisions of a binary head in an epoch so far, at the probability 0.5.
struct BinaryCounts: Equatable, Sendable {
    /// What stands before the names of the head's scores.
    let prefix: String
    var confusion = BinaryConfusionMatrix()

    static let names = ["precision", "recall", "f1"]

    var ratios: [(name: String, ratio: Double?)] {
        zip(Self.names, [confusion.precision, confusion.recall, confusion.f1]).map { (prefix + $0, $1) }
    }
}
