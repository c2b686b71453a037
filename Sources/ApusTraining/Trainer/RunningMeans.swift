/// Means over the rows of an epoch so far, from the means of its batches, as Keras's `Mean` metrics weigh them: by rows.
///
/// Sums are in Float64 and added in batch order; they are part of a checkpoint, so that a resumed epoch reports the same numbers.
public struct RunningMeans: Equatable, Sendable {
    /// Rows of the batches added so far.
    public private(set) var rows = 0
    let names: [String]
    private(set) var sums: [Double]

    init(names: [String]) {
        self.names = names
        sums = [Double](repeating: 0, count: names.count)
    }

    init(rows: Int, names: [String], sums: [Double]) {
        precondition(names.count == sums.count)
        self.rows = rows
        self.names = names
        self.sums = sums
    }

    /// Adds one batch of `rows` rows: its mean losses and scores in the order of `names`.
    mutating func add(_ means: [Double], rows count: Int) {
        rows += count
        for index in sums.indices { sums[index] += means[index] * Double(count) }
    }

    /// The means by name.
    public var means: Logs {
        var means = Logs()
        for (name, sum) in zip(names, sums) { means[name] = sum / Double(max(rows, 1)) }
        return means
    }
}
