/// What an epoch has come to so far: sums, counts, and the probabilities of binary heads.
struct EpochScores: Equatable, Sendable {
    var running: RunningMeans
    /// One per binary head, in order.
    var scored: [ScoredRows]

    /// Counts the decisions of a batch of binary head `head`, each output for itself: positive is what is above 0.5, also of the targets.
    ///
    /// - Returns: the share of right ones.
    mutating func count(
        _ output: UnsafeBufferPointer<Float>, _ target: UnsafeBufferPointer<Float>, _ rows: ArraySlice<Int>, _ width: Int, head: Int
    ) -> Double {
        var correct = 0
        for (place, row) in rows.enumerated() {
            for column in 0..<width {
                let probability = output[place * width + column]
                let truth = target[row * width + column] > 0.5
                running.counts[head].confusion.add(truth: truth, prediction: probability > 0.5)
                scored[head].add(probability, truth: truth)
                if truth == (probability > 0.5) { correct += 1 }
            }
        }
        return Double(correct) / Double(rows.count * width)
    }

    /// Whether both are of runs that log the same.
    func hasSameNames(as other: EpochScores) -> Bool {
        running.names == other.running.names && running.counts.map(\.prefix) == other.running.counts.map(\.prefix)
    }

    /// All logs of the epoch once it is over; a score that is undefined, such as the AUC of rows of one class, is left out.
    var logs: Logs {
        var logs = running.means
        for (counts, rows) in zip(running.counts, scored) { logs[counts.prefix + "auc"] = rows.rocAUC }
        return logs
    }
}
