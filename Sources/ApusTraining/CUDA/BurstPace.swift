/// How many batches a burst has: as many as take about a twentieth of a second, so that an interruption is not noticed late, and launches cost
/// little. Results do not depend on it.
struct BurstPace {
    /// Batches of a burst at most.
    let capacity: Int
    /// Of the next burst.
    private(set) var batches: Int

    private static let target = Duration.milliseconds(50)

    init(capacity: Int) {
        self.capacity = capacity
        batches = min(capacity, 8)
    }

    /// Tells how long a burst took.
    mutating func took(_ duration: Duration, batches count: Int) {
        let one = max(duration / count, .nanoseconds(1))
        batches = max(1, min(capacity, 2 * batches, Int(Self.target / one)))
    }
}
