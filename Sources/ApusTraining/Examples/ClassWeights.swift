import ApusTensor

/// The weight of each row's loss from the weight of its class, as Keras turns `class_weight` into `sample_weight`.
///
/// - Parameters:
///   - weights: one per class (C).
///   - target: one-hot rows (N, C).
/// - Returns: one weight per row (N).
/// - Throws: `TrainingError` when the number of weights is not C, or a weight is negative or not finite.
func rowWeights(_ weights: [Float], target: Tensor, head: String) throws(TrainingError) -> [Float] {
    let classes = target.shape.last ?? 0
    guard target.shape.count == 2, weights.count == classes else {
        throw TrainingError(
            .options, "\(weights.count) class weights for head '\(head)', whose target has shape \(target.shape); one weight per class is needed.")
    }
    if let label = weights.firstIndex(where: { !$0.isFinite || $0 < 0 }) {
        throw TrainingError(.options, "The weight of class \(label) of head '\(head)' is \(weights[label]); it must be a finite number, 0 or more.")
    }
    guard weights.contains(where: { $0 > 0 }) else {
        throw TrainingError(.options, "All class weights of head '\(head)' are 0: it would learn nothing. Give at least one class a weight.")
    }
    return classNumbers(target).map { weights[$0] }
}
