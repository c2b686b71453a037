/// How often each class occurs among labelled rows.
public struct ClassDistribution: Sendable, Equatable {
    public let names: [String]
    public let counts: [Int]
    public let unlabelled: Int

    public init(_ classes: some Sequence<Int32>, names: [String] = SwingType.abbreviations) {
        var counts = [Int](repeating: 0, count: names.count)
        var unlabelled = 0
        for label in classes {
            if counts.indices.contains(Int(label)) { counts[Int(label)] += 1 } else { unlabelled += 1 }
        }
        self.names = names
        self.counts = counts
        self.unlabelled = unlabelled
    }

    /// Labelled rows.
    public var total: Int { counts.reduce(0, +) }
    /// Share of each class among labelled rows, between 0 and 1.
    public var shares: [Double] { counts.map { total == 0 ? 0 : Double($0) / Double(total) } }
    /// The most frequent class and its share: the accuracy of always predicting it.
    public var majority: (name: String, share: Double) {
        let index = counts.indices.max { counts[$0] < counts[$1] } ?? 0
        return (names[index], shares[index])
    }
}

/// Location and spread of a target among labelled rows.
public struct TargetStatistics: Sendable, Equatable {
    public let count: Int
    public let mean: Double
    /// Population standard deviation.
    public let deviation: Double
    public let minimum: Double
    public let maximum: Double
    /// Mean of the two middle values when the count is even.
    public let median: Double

    /// - Returns: nil for no values.
    public init?(_ values: [Double]) {
        guard !values.isEmpty else { return nil }
        let sorted = values.sorted()
        count = sorted.count
        let mean = sorted.reduce(0, +) / Double(sorted.count)
        self.mean = mean
        deviation = (sorted.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(sorted.count)).squareRoot()
        minimum = sorted[0]
        maximum = sorted[sorted.count - 1]
        let middle = sorted.count / 2
        median = sorted.count.isMultiple(of: 2) ? (sorted[middle - 1] + sorted[middle]) / 2 : sorted[middle]
    }
}
