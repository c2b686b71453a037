import ApusCUDA
import ApusCUDAEngine
import ApusNN
import ApusTensor
import Glibc

/// Models that train on one GPU at the same time, each driven by a training loop on a thread of its own.
///
/// A burst runs when every member has asked for one: so all of them are launched together, one model beside the other. A member that has
/// ended, or not begun, is not waited for.
///
/// `@unchecked Sendable`: one thread at a time is within, and a member's results are read by its own thread before it asks for the next burst.
final class CUDAGroup: @unchecked Sendable {
    /// What a member asks for.
    enum Request {
        case training(CUDABurst, CUDAClipping)
        case evaluation(CUDABurst)
    }

    private let step: CUDATrainingStep
    /// By head name, in place of `Head.positiveWeight`.
    let positiveWeights: [String: Float]
    private let monitor = Monitor()
    private var members: Set<Int> = []
    private var requests: [Int: Request] = [:]
    private var answers: [Int: Result<Int?, CUDAError>] = [:]
    private var sets: [ExamplesKey: WeakExamples] = [:]

    /// - Throws: `CUDAError` when the models cannot run on the device, or have no room there.
    init(
        models: [Model], batchSize: Int, seeds: [UInt64], positiveWeights: [String: Float], device: CUDADevice
    ) throws(CUDAError) {
        self.positiveWeights = positiveWeights
        step = try CUDATrainingStep(
            models: models, batchCapacity: batchSize, seeds: seeds, positiveWeights: positiveWeights, on: try CUDAContext(device))
    }

    var device: CUDADevice { step.device }
    var burstCapacity: Int { step.burstCapacity }
    func seed(of member: Int) -> UInt64 { step.seeds[member] }

    // MARK: Members

    func join(_ member: Int) { monitor.whileLocked { _ = members.insert(member) } }

    /// The others do not wait for this member any more.
    func leave(_ member: Int) {
        monitor.whileLocked {
            members.remove(member)
            runIfComplete()
        }
    }

    // MARK: Bursts

    /// Runs a burst of a member together with those of the others.
    /// - Returns: the number of the first batch whose gradient was not finite.
    func run(_ request: Request, of member: Int) throws(CUDAError) -> Int? {
        let answer: Result<Int?, CUDAError> = monitor.whileLocked {
            requests[member] = request
            runIfComplete()
            while true {
                if let answer = answers.removeValue(forKey: member) { return answer }
                monitor.wait()
            }
        }
        return try answer.get()
    }

    /// Loss of a head in a batch of a member's last burst.
    func loss(ofHead head: Int, inBatch batch: Int, of member: Int) -> Double { step.loss(ofHead: head, inBatch: batch, ofModel: member) }

    func output(ofHead head: Int, inBatch batch: Int, of member: Int) -> UnsafeBufferPointer<Float> {
        step.output(ofHead: head, inBatch: batch, ofModel: member)
    }

    /// Runs all requests once the last member has asked. Called while locked.
    private func runIfComplete() {
        guard !requests.isEmpty, requests.count == members.count else { return }
        var evaluations = [CUDABurst?](repeating: nil, count: step.models.count)
        var trainings: [CUDAClipping: [CUDABurst?]] = [:]
        for (member, request) in requests {
            switch request {
            case .evaluation(let burst): evaluations[member] = burst
            case .training(let burst, let clipping): trainings[clipping, default: step.models.map { _ in nil }][member] = burst
            }
        }
        requests = [:]
        for (clipping, bursts) in trainings {
            let failed = Result { () throws(CUDAError) in try step.train(bursts, clipping: clipping) }
            for (member, burst) in bursts.enumerated() where burst != nil { answers[member] = failed.map { $0[member] } }
        }
        if evaluations.contains(where: { $0 != nil }) {
            let done = Result { () throws(CUDAError) in try step.evaluate(evaluations) }
            for (member, burst) in evaluations.enumerated() where burst != nil { answers[member] = done.map { nil } }
        }
        monitor.wakeAll()
    }

    // MARK: Memory

    /// Calls `body` while no burst runs.
    func withStep<R>(_ body: (CUDATrainingStep) throws(CUDAError) -> R) throws(CUDAError) -> R {
        try monitor.whileLocked { () throws(CUDAError) in try body(step) }
    }

    /// A set on the device. Members that train on the same rows share it, where it is there as a whole: what is brought burst by burst is one
    /// member's.
    func examples(inputs: Tensor, targets: [Tensor], weights: [[Float]?]) throws(CUDAError) -> DeviceExamples {
        let key = ExamplesKey(inputs)
        return try withStep { step throws(CUDAError) in
            if let set = sets[key], set.weights == weights, let examples = set.examples { return examples }
            let examples = try step.examples(inputs: inputs, targets: targets, weights: weights)
            if examples.isResident { sets[key] = WeakExamples(weights: weights, examples: examples) }
            return examples
        }
    }

    /// Inputs that begin at the same place with as many rows are the same: a set on the device keeps its tensors.
    struct ExamplesKey: Hashable {
        private let inputs: UnsafePointer<Float>
        private let count: Int

        init(_ tensor: Tensor) {
            inputs = tensor.withRows { base, _ in base }
            count = tensor.shape.first ?? 0
        }
    }

    private struct WeakExamples {
        let weights: [[Float]?]
        weak var examples: DeviceExamples?
    }
}
