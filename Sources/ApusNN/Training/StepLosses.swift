/// Losses of one batch as Keras defines them: weighted by sample, summed, divided by the number of rows.
public struct StepLosses: Sendable, Equatable {
    /// Rows of the batch.
    public var rows: Int
    /// Σ head weight × head loss.
    public var total: Double
    /// One per head, in order, without the head's weight.
    public var heads: [Double]

    public init(rows: Int, total: Double, heads: [Double]) {
        self.rows = rows
        self.total = total
        self.heads = heads
    }
}

/// A NaN or an infinite value in a loss or a gradient.
public struct NonFiniteError: Error, Sendable, Equatable, CustomStringConvertible {
    public enum Place: Sendable, Equatable {
        /// A head's loss, by name.
        case loss(head: String)
        /// A parameter's gradient, by name.
        case gradient(parameter: String)
    }

    public let place: Place
    public let step: UInt64

    public init(place: Place, step: UInt64) {
        self.place = place
        self.step = step
    }

    public var description: String {
        switch place {
        case .loss(let head):
            "the loss of head \"\(head)\" is not finite at step \(step): look for NaN or huge values in the features and targets, "
                + "or lower the learning rate"
        case .gradient(let parameter):
            "the gradient of \(parameter) is not finite at step \(step): lower the learning rate, or clip the gradient norm"
        }
    }
}
