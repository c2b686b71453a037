public import ApusTensor

/// Inputs and what the model should answer, row by row.
///
/// Tensors share memory when copied or sliced, so a chronological split of one data set is three views of it.
public struct Examples: Sendable {
    /// (N, T, F), or whatever the model takes, N first; windows of a series need not be copied (`Tensor(windowsOf:steps:)`).
    public let inputs: Tensor
    /// By head name, each (N, …): one-hot (N, C) for a cross-entropy head, (N, 1) or (N) for a regression.
    public let targets: [String: Tensor]

    /// - Throws: `TrainingError` when a target has not as many rows as the inputs.
    public init(inputs: Tensor, targets: [String: Tensor]) throws(TrainingError) {
        guard let rows = inputs.shape.first else { throw TrainingError(.data, "The inputs need a first dimension of rows; they are one number.") }
        for (name, target) in targets.sorted(by: { $0.key < $1.key }) where target.shape.first != rows {
            throw TrainingError(
                .data, "The inputs have \(rows) rows, but the target '\(name)' has shape \(target.shape); both need one row per example.")
        }
        self.inputs = inputs
        self.targets = targets
    }

    /// Number of rows, N.
    public var count: Int { inputs.shape[0] }

    /// The rows of `range`, sharing memory.
    public subscript(range: Range<Int>) -> Examples {
        Examples(unchecked: inputs.rows(range), targets.mapValues { $0.rows(range) })
    }

    private init(unchecked inputs: Tensor, _ targets: [String: Tensor]) {
        self.inputs = inputs
        self.targets = targets
    }
}

/// Class numbers as one-hot rows, (N, C).
///
/// - Throws: `TrainingError` for a number outside `0..<classes`, with its row.
public func oneHot(_ labels: some Collection<Int>, classes: Int) throws(TrainingError) -> Tensor {
    if let (row, label) = labels.enumerated().first(where: { !(0..<classes).contains($0.element) }) {
        let hint = label < 0 ? " Rows without a label must be dropped first." : ""
        throw TrainingError(.data, "The class at row \(row) is \(label); with \(classes) classes it must be in 0..<\(classes).\(hint)")
    }
    return Tensor(shape: [labels.count, classes]) { elements in
        elements.initialize(repeating: 0)
        for (row, label) in labels.enumerated() { elements[row * classes + label] = 1 }
    }
}

/// The class of each one-hot (or probability) row of a tensor (N, C): the place of its largest entry.
public func classNumbers(_ oneHot: Tensor) -> [Int] {
    predictedClasses(scores: oneHot.scalars, classes: oneHot.shape.last ?? 0)
}
