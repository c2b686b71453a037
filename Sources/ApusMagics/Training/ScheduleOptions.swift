import ApusTraining
import ArgumentParser

/// How the learning rate moves with the steps of training.
struct ScheduleOptions: ParsableArguments {
    @Option(
        help: """
            How the learning rate moves: constant, step (times --schedule-factor every --schedule-epochs), exponential (the same, smoothly) or \
            cosine (down to --schedule-factor of itself over all epochs).
            """)
    var schedule = Choice.constant
    @Option(help: "With --schedule: the factor (default: 0.1 for step, 0.5 for exponential, 0 for cosine).") var scheduleFactor: Double?
    @Option(help: "With --schedule step or exponential: epochs per factor (default: 10).") var scheduleEpochs: Int?
    @Option(help: "Epochs in which the learning rate rises from a hundredth of itself, before the schedule begins.") var warmupEpochs = 0

    enum Choice: String, CaseIterable, ExpressibleByArgument {
        case constant, step, exponential, cosine
    }

    func validate() throws {
        if let scheduleFactor {
            guard schedule != .constant else { throw ValidationError("--schedule-factor belongs to --schedule step, exponential or cosine") }
            guard (schedule == .cosine ? scheduleFactor >= 0 : scheduleFactor > 0), scheduleFactor < 1 else {
                throw ValidationError("--schedule-factor must be between 0 and 1, not \(scheduleFactor)")
            }
        }
        if let scheduleEpochs {
            guard schedule == .step || schedule == .exponential else {
                throw ValidationError("--schedule-epochs belongs to --schedule step or exponential")
            }
            guard scheduleEpochs >= 1 else { throw ValidationError("--schedule-epochs must be 1 or more, not \(scheduleEpochs)") }
        }
        guard warmupEpochs >= 0 else { throw ValidationError("--warmup-epochs must be 0 or more, not \(warmupEpochs)") }
    }
}
