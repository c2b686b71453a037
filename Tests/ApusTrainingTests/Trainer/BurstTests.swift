import ApusTensor
import ApusTraining
import TestSupport
import Testing

/// An engine may take several batches at once, and another number each time.
@Suite struct BurstTests {
    private func run(_ bursts: [Int], everySteps: Int? = nil, folder: String? = nil) throws -> (weights: [UInt32], logs: [Logs], steps: [Int]) {
        let all = try linearExamples(rows: 130, seed: 2)
        let engine = LinearEngine(features: 6, classes: 3)
        engine.bursts = bursts
        let options = TrainingOptions(
            epochs: 3, batchSize: 8, callbacks: [EarlyStopping(patience: 5)], seed: 3,
            checkpoints: folder.map { CheckpointOptions(folder: $0, everySteps: everySteps) })
        let recorder = Steps()
        let result = try TrainingLoop(
            engine: engine, inputShape: [6], identity: RunIdentity(), training: all[0..<100], validation: all[100..<130], options: options
        ).run(observer: recorder, shouldStop: { false })
        return (engine.weights.map(\.bitPattern), result.history.epochs.map(\.logs), recorder.steps)
    }

    @Test(arguments: [[2], [3, 1], [64], [1, 5, 2, 7]]) func `results do not depend on how many`(bursts: [Int]) throws {
        let (one, other) = (try run([1]), try run(bursts))
        #expect(other.weights == one.weights)
        #expect(other.logs == one.logs)
        #expect(other.steps == one.steps && one.steps.count == 39)
    }

    @Test func `a burst ends where a checkpoint is due`() throws {
        let folder = try TemporaryFolder()
        let engine = LinearEngine(features: 6, classes: 3)
        engine.bursts = [64]
        engine.killAtStep = 7
        let all = try linearExamples(rows: 130, seed: 2)
        var options = TrainingOptions(
            epochs: 3, batchSize: 8, callbacks: [], seed: 3, checkpoints: CheckpointOptions(folder: folder.path, everySteps: 5))
        func loop(_ engine: LinearEngine) throws -> TrainingLoop {
            try TrainingLoop(engine: engine, inputShape: [6], identity: RunIdentity(), training: all, validation: nil, options: options)
        }
        #expect(throws: LinearEngine.Killed.self) { try loop(engine).run(observer: nil, shouldStop: { false }) }
        options.checkpoints?.resume = true
        let resumed = try loop(LinearEngine(features: 6, classes: 3)).run(observer: nil, shouldStop: { false })
        #expect(resumed.resumedFrom?.step == 5)
    }

    private final class Steps: TrainingObserver {
        var steps: [Int] = []

        func batchEnded(_ progress: BatchProgress) { steps.append(progress.step) }
    }
}
