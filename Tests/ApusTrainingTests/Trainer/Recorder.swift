import ApusTraining

/// Remembers what a run told its observer.
final class Recorder: TrainingObserver {
    var plans: [TrainingPlan] = []
    var batches: [BatchProgress] = []
    var records: [EpochRecord] = []
    var notes: [[String]] = []
    var warnings: [String] = []
    var results: [TrainingResult] = []
    var onEpoch: (EpochRecord) -> Void = { _ in }

    func trainingBegan(_ plan: TrainingPlan) { plans.append(plan) }
    func batchEnded(_ progress: BatchProgress) { batches.append(progress) }
    func epochEnded(_ record: EpochRecord, notes: [String]) {
        records.append(record)
        self.notes.append(notes)
        onEpoch(record)
    }
    func warned(_ message: String) { warnings.append(message) }
    func trainingEnded(_ result: TrainingResult) { results.append(result) }
}

extension History {
    /// Everything but the seconds, which differ from run to run.
    var numbers: [[Double]] { epochs.map { record in [Double(record.epoch), Double(record.learningRate)] + record.logs.map(\.1) } }
}
