/// Watches folds that run at the same time. Calls come from the threads of the folds, so it must bear several at once; those of one fold come in
/// order.
public protocol WalkForwardObserver: Sendable {
    /// Before any fold: the GPU that all folds share, if any, or why the CPU computes where a GPU would have been taken.
    func began(gpu: String?, fallbackReason: String?)
    func foldBegan(_ fold: WalkForwardFolds.Fold)
    /// What is about to happen in the fold, once its examples and its model are there.
    func trainingBegan(_ plan: TrainingPlan, in fold: WalkForwardFolds.Fold)
    func batchEnded(_ progress: BatchProgress, in fold: WalkForwardFolds.Fold)
    func epochEnded(_ record: EpochRecord, notes: [String], in fold: WalkForwardFolds.Fold)
    func warned(_ message: String, in fold: WalkForwardFolds.Fold)
    func foldEnded(_ result: FoldResult)
}

extension WalkForwardObserver {
    public func began(gpu: String?, fallbackReason: String?) {}
    public func foldBegan(_ fold: WalkForwardFolds.Fold) {}
    public func trainingBegan(_ plan: TrainingPlan, in fold: WalkForwardFolds.Fold) {}
    public func batchEnded(_ progress: BatchProgress, in fold: WalkForwardFolds.Fold) {}
    public func epochEnded(_ record: EpochRecord, notes: [String], in fold: WalkForwardFolds.Fold) {}
    public func warned(_ message: String, in fold: WalkForwardFolds.Fold) {}
    public func foldEnded(_ result: FoldResult) {}
}

/// Passes on what the training of one fold tells, with the fold.
final class FoldObserver: TrainingObserver {
    private let fold: WalkForwardFolds.Fold
    private let observer: any WalkForwardObserver

    init(_ fold: WalkForwardFolds.Fold, _ observer: any WalkForwardObserver) {
        self.fold = fold
        self.observer = observer
    }

    func trainingBegan(_ plan: TrainingPlan) { observer.trainingBegan(plan, in: fold) }
    func batchEnded(_ progress: BatchProgress) { observer.batchEnded(progress, in: fold) }
    func epochEnded(_ record: EpochRecord, notes: [String]) { observer.epochEnded(record, notes: notes, in: fold) }
    func warned(_ message: String) { observer.warned(message, in: fold) }
}
