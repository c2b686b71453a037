import ApusCUDA
import ApusNN
import ApusTraining
import Synchronization
import Testing

/// Folds of a walk-forward validation on one GPU: of different lengths, with examples of their own.
@Suite struct WalkForwardGPUTests {
    private func run(_ runs: SideBySideRuns, parallel: Int? = nil, observer: (any WalkForwardObserver)? = nil) throws -> WalkForwardResult {
        let all = try SideBySideRuns.examples(rows: 60, seed: 3)
        return try WalkForward(folds: WalkForwardFolds(rows: 60, folds: 3), options: runs.options, parallelFolds: parallel).run(
            examples: { fold in FoldExamples(training: all[fold.training], evaluation: all[fold.evaluation]) },
            model: { fold in try SideBySideRuns.model(UInt64(fold.index)) }, observer: observer)
    }

    @Test func `folds side by side have the bits of folds one after the other`() throws {
        let runs = try SideBySideRuns(.cuda)
        var quiet = runs
        quiet.options.callbacks = []
        let together = try run(quiet)
        #expect(together.trained.count == 3)
        let inTurn = try run(quiet, parallel: 1)
        #expect(together.trained.map(\.model.flat) == inTurn.trained.map(\.model.flat))
        quiet.options.device = .cpu
        let onCPU = try run(quiet)
        for (gpu, cpu) in zip(together.trained, onCPU.trained) {
            #expect(zip(gpu.model.flat, cpu.model.flat).allSatisfy { abs($0 - $1) < 1e-4 })
        }
    }

    @Test func `what computes is told before the folds`() throws {
        var runs = try SideBySideRuns(.automatic)
        runs.options.callbacks = []
        let observer = Devices()
        _ = try run(runs, observer: observer)
        #expect(observer.told.withLock { $0 } == ["Fake GPU, "])
        var none = try SideBySideRuns(.automatic, settings: "devices=0")
        none.options.callbacks = []
        let other = Devices()
        #expect(try run(none, observer: other).trained.count == 3)
        #expect(other.told.withLock { $0 }.first?.contains("lists no GPU") == true)
    }

    @Test func `without a GPU that is insisted on every fold fails with the reason`() throws {
        var runs = try SideBySideRuns(.cuda, settings: "devices=0")
        runs.options.callbacks = []
        let result = try run(runs)
        #expect(result.trained.isEmpty && result.problems.count == 3)
        #expect(result.problems.allSatisfy { $0.contains("lists no GPU") })
    }

    private final class Devices: WalkForwardObserver {
        let told = Mutex<[String]>([])

        func began(gpu: String?, fallbackReason: String?) { told.withLock { $0.append("\(gpu ?? ""), \(fallbackReason ?? "")") } }
    }
}
