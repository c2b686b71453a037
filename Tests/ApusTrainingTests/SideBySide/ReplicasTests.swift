import ApusCUDA
import ApusNN
import ApusTensor
import ApusTraining
import Synchronization
import Testing

@Suite struct ReplicasTests {
    /// What a single run with these seeds ends with.
    private func alone(_ runs: SideBySideRuns, _ number: Int) throws -> (model: Model, result: TrainingResult) {
        var options = runs.options
        options.seed += UInt64(number)
        let model = try SideBySideRuns.model(UInt64(10 + number))
        return (model, try Trainer(model: model, options: options).fit(runs.training, validation: runs.validation))
    }

    @Test(arguments: [TrainingDevice.cpu, .cuda]) func `each replica has the bits of a run alone`(device: TrainingDevice) throws {
        let runs = try SideBySideRuns(device)
        let result = try runs.replicas(3)
        #expect(result.replicas.map(\.seed) == [5, 6, 7])
        for replica in result.replicas {
            let (model, training) = try alone(runs, replica.number)
            #expect(replica.model.flat == model.flat)
            #expect(replica.training.history.epochs.map(\.logs) == training.history.epochs.map(\.logs))
        }
    }

    @Test func `the best score is kept, and all are told`() throws {
        let result = try SideBySideRuns(.cuda, epochs: 4).replicas(4)
        let scores = result.replicas.map { $0.score ?? .nan }
        #expect(result.monitor == "val_loss")
        #expect(result.best.score == scores.min())
        let statistic = try #require(result.statistic)
        #expect(statistic.count == 4 && abs(statistic.mean - scores.reduce(0, +) / 4) < 1e-12)
        let validation = try SideBySideRuns(.cuda).validation
        let outputs = try result.best.model.predict(validation.inputs)[0].scalars
        let loss = zip(outputs, try #require(validation.targets["y"]).scalars).reduce(0.0) { $0 + Double(($1.0 - $1.1) * ($1.0 - $1.1)) } / 20
        #expect(abs(loss - (result.best.score ?? 0)) < 1e-5)
    }

    @Test func `a GPU with little memory takes them in turn`() throws {
        let whole = try SideBySideRuns(.cuda).replicas(5)
        // A model of this size takes some 100 KiB with what host and device exchange: three do not fit together.
        let runs = try SideBySideRuns(.cuda, settings: "memory=400000")
        let result = try runs.replicas(5)
        #expect(result.replicas.map(\.model.flat) == whole.replicas.map(\.model.flat))
    }

    /// Two models of this size take some 200 kB, and the rows 260 kB more.
    @Test func `rows that do not fit are brought for each replica`() throws {
        func results(_ settings: String) throws -> [[Float]] {
            var runs = try SideBySideRuns(.cuda, settings: settings, epochs: 1)
            runs.training = try SideBySideRuns.examples(rows: 5000, seed: 4)
            return try runs.replicas(2).replicas.map(\.model.flat)
        }
        let whole = try results("")
        #expect(try results("memory=400000") == whole)
    }

    @Test func `a GPU without room for one says so, or leaves the work to the CPU`() throws {
        #expect(throws: CUDAError.self) { try SideBySideRuns(.cuda, settings: "memory=4096").replicas(2) }
        let observer = Began()
        let onCPU = try SideBySideRuns(.automatic, settings: "memory=4096").replicas(2, observer: observer)
        #expect(observer.reason.withLock { $0 }?.contains("4 KiB") == true)
        #expect(try onCPU.replicas.map(\.model.flat) == SideBySideRuns(.cpu).replicas(2).replicas.map(\.model.flat))
    }

    @Test(arguments: [TrainingDevice.cpu, .cuda]) func `an interruption stops all with what they have`(device: TrainingDevice) throws {
        let asked = Atomic<Int>(0)
        let result = try SideBySideRuns(device, epochs: 50).replicas(3) { asked.add(1, ordering: .relaxed).newValue > 40 }
        for replica in result.replicas {
            guard case .interrupted = replica.training.outcome else {
                Issue.record("\(replica.training.outcome)")
                continue
            }
        }
    }

    @Test func `replicas that stop early do not hold up the others`() throws {
        var runs = try SideBySideRuns(.cuda, epochs: 30)
        // A rate so high that the validation loss soon gets worse.
        runs.options.optimizer = Adam(learningRate: 0.3)
        let result = try runs.replicas(4)
        let epochs = result.replicas.map(\.training.history.epochs.count)
        #expect(Set(epochs).count > 1 && epochs.allSatisfy { $0 < 30 }, "\(epochs)")
    }

    @Test func `a device that is lost leaves all to the CPU`() throws {
        let observer = Began()
        var runs = try SideBySideRuns(.automatic, settings: "fail=cuGraphLaunch:719")
        let result = try runs.replicas(3, observer: observer)
        #expect(observer.warnings.withLock { $0.count } == 3)
        runs.options.device = .cpu
        #expect(try result.replicas.map(\.model.flat) == runs.replicas(3).replicas.map(\.model.flat))
        #expect(throws: CUDAError.self) { try SideBySideRuns(.cuda, settings: "fail=cuGraphLaunch:719").replicas(3) }
    }

    @Test func `a number of replicas below one is refused`() throws {
        #expect(throws: TrainingError.self) { try Replicas(count: 0, options: TrainingOptions()) }
    }

    private final class Began: ReplicasObserver {
        let reason = Mutex<String?>(nil)
        let warnings = Mutex<[String]>([])

        func began(gpu: String?, fallbackReason: String?) { reason.withLock { $0 = fallbackReason } }
        func warned(_ message: String, inReplica number: Int) { warnings.withLock { $0.append(message) } }
    }
}
