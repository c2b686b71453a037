/// What a binary head has answered in an epoch so far, for the area under its ROC curve.
///
/// The area is that of the whole epoch, exact, and needs all probabilities: 5 bytes a row. They are part of a checkpoint within an epoch.
struct ScoredRows: Equatable, Sendable {
    private(set) var probabilities: [Float] = []
    /// Whether the target is positive, in the order of `probabilities`.
    private(set) var truth: [Bool] = []

    mutating func add(_ probability: Float, truth isPositive: Bool) {
        probabilities.append(probability)
        truth.append(isPositive)
    }

    /// nil where all rows are of one class.
    var rocAUC: Double? { ROCAUC.binary(positive: truth, scores: probabilities) }
}

extension ScoredRows {
    /// The probabilities, then one byte a row.
    var encoded: [UInt8] { bytes(of: probabilities) + truth.map { $0 ? 1 : 0 } }

    /// Reads `encoded`; nil for anything else.
    init?(decoding section: [UInt8]) {
        let rows = section.count / 5
        guard section.count == rows * 5, let probabilities = floats(of: section[..<(rows * 4)]),
            section[(rows * 4)...].allSatisfy({ $0 <= 1 }), probabilities.allSatisfy({ !$0.isNaN })
        else { return nil }
        self.probabilities = probabilities
        truth = section[(rows * 4)...].map { $0 == 1 }
    }
}
