public import ApusTensor

/// Forward and backward over one batch, split into shards of rows.
///
/// The shards depend on the batch capacity only, each sums its own gradient, and the sums are added in the order of the shards: the same
/// bits for any number of threads. Threads meet once a step, and once more to add the gradients of a large model. Nothing is allocated after
/// `init`.
public final class TrainingStep {
    public let model: Model
    /// Most rows of a batch.
    public let batchCapacity: Int
    public let seed: UInt64

    private let kernels: Kernels
    /// The threads of a step; free for other work between two steps.
    public let pool: ThreadPool
    private let shardRows: Int
    /// Rows that a thread takes through the model at a time.
    private let blockRows: Int
    /// With dropout and everything backward needs.
    private let trainingTape: ModelTape
    private let trainingArenas: [TapeArena]
    /// Losses only; its memory is made when it is first needed.
    private let evaluationTape: ModelTape
    private lazy var evaluationArenas = (0..<pool.threads).map { _ in TapeArena(tape: evaluationTape.tape, kernels: kernels) }

    /// One gradient per shard, in the layout of the parameters, and their sum.
    private let shardGradients: [UnsafeMutablePointer<Float>]
    private let gradientMemory: UnsafeMutablePointer<Float>
    /// Loss of head h in shard s at [s * heads + h].
    private let shardLosses: UnsafeMutablePointer<Double>
    /// Outputs of the last batch, (rows, C) per head.
    private let outputMemory: [UnsafeMutablePointer<Float>]
    private var losses: StepLosses

    /// - Parameters:
    ///   - batchCapacity: most rows of a batch; it fixes the shards, so keep it equal for equal bits.
    ///   - threads: upper bound; results do not depend on it.
    ///   - seed: of the dropout masks.
    ///   - kernels: instruction set.
    public init(model: Model, batchCapacity: Int, threads: Int, seed: UInt64, kernels: Kernels = .best) throws(ModelError) {
        guard (1...1 << 20).contains(batchCapacity) else {
            throw ModelError(.invalidArgument, "a batch has 1 to \(1 << 20) rows, not \(batchCapacity)")
        }
        self.model = model
        self.batchCapacity = batchCapacity
        self.seed = seed
        self.kernels = kernels
        shardRows = Self.shardRows(batch: batchCapacity)
        blockRows = Self.blockRows(of: model, shard: shardRows)
        let shards = (batchCapacity + shardRows - 1) / shardRows
        let pool = ThreadPool(threads: min(max(threads, 1), shards))
        self.pool = pool
        let tape = ModelTape(model, mode: .training, capacity: blockRows, withLosses: true)
        trainingTape = tape
        trainingArenas = (0..<pool.threads).map { _ in TapeArena(tape: tape.tape, kernels: kernels) }
        evaluationTape = ModelTape(model, mode: .inference, capacity: blockRows, withLosses: true)
        shardGradients = (0..<shards).map { _ in AlignedMemory.allocate(model.parameterBuffer.count) }
        gradientMemory = AlignedMemory.allocate(model.parameterBuffer.count)
        outputMemory = model.heads.map { AlignedMemory.allocate(batchCapacity * $0.outputShape[0]) }
        shardLosses = .allocate(capacity: shards * model.heads.count)
        shardLosses.initialize(repeating: 0, count: shards * model.heads.count)
        losses = StepLosses(rows: 0, total: 0, heads: model.heads.map { _ in 0 })
    }

    deinit {
        for memory in shardGradients + outputMemory + [gradientMemory] { AlignedMemory.deallocate(memory) }
        shardLosses.deallocate()
    }

    /// Enough shards for a handful of cores, enough rows in each to fill register tiles, and few gradients to add.
    static func shardRows(batch: Int) -> Int {
        if batch <= 16 { return 8 }
        let rows = (batch + 7) / 8
        return max(16, (rows + 15) / 16 * 16)
    }

    /// Rows that fill the register tiles: a recurrent layer multiplies the rows of one step, other layers those of all steps at once. No more
    /// than that, so that what they compute stays in the caches until backward reads it.
    static func blockRows(of model: Model, shard: Int) -> Int {
        if model.nodes.contains(where: { $0.layer is LSTM || $0.layer is GRU }) { return min(shard, 16) }
        let steps = model.nodes.map { $0.inputShape.count == 2 ? $0.inputShape[0] : 1 }.max() ?? 1
        return min(shard, max(1, 64 / steps))
    }

    /// The gradient of the total loss after `run`, in the layout of `Model.parameterBuffer` (gaps are zero).
    public var gradients: UnsafeMutableBufferPointer<Float> {
        UnsafeMutableBufferPointer(start: gradientMemory, count: model.parameterBuffer.count)
    }

    /// The gradient of one parameter after `run`.
    public func gradient(of parameter: Parameter) -> UnsafeBufferPointer<Float> {
        UnsafeBufferPointer(rebasing: UnsafeBufferPointer(gradients)[parameter.slot.offset..<parameter.slot.offset + parameter.slot.count])
    }

    /// Output (rows, C) of a head for the rows of the last `run`.
    public func output(ofHead head: Int) -> UnsafeBufferPointer<Float> {
        UnsafeBufferPointer(start: outputMemory[head], count: losses.rows * model.heads[head].outputShape[0])
    }

    /// Whether a head that ends with ReLU gave exactly zero for every row of the last batch. Such a head has no gradient; if it stays so for
    /// some batches it is dead, and `outputBias: .targetMean` or another seed will help.
    public func isSilent(head: Int) -> Bool {
        guard (model.nodes[model.heads[head].node].layer as? Dense)?.activation == .relu else { return false }
        return output(ofHead: head).allSatisfy { $0 == 0 }
    }

    /// Computes losses, and in training the gradient, of one batch.
    ///
    /// - Parameters:
    ///   - inputs: all examples (N, T, F), or (N, F).
    ///   - targets: all targets (N, C) or, for C = 1, (N); one per head.
    ///   - sampleWeights: per head a weight for each of the N examples, or nil.
    ///   - rows: the batch, as indices into the N examples.
    ///   - step: number of the step, which keys the dropout masks.
    ///   - training: false leaves out dropout and the gradient.
    /// - Throws: `ModelError` when shapes or indices do not fit; `NonFiniteError` when a loss or a gradient is not finite.
    public func run(
        inputs: Tensor, targets: [Tensor], sampleWeights: [[Float]?], rows: ArraySlice<Int>, step: UInt64, training: Bool
    ) throws -> StepLosses {
        try check(inputs: inputs, targets: targets, sampleWeights: sampleWeights, rows: rows)
        let shards = (rows.count + shardRows - 1) / shardRows
        var batch = Batch(
            step: self, inputs: inputs, targets: targets, sampleWeights: sampleWeights, rows: rows, number: step, training: training,
            tape: training ? trainingTape : evaluationTape, arenas: training ? trainingArenas : evaluationArenas)
        pool.run(count: shards, with: &batch) { batch, shard, worker in
            let batch = batch.assumingMemoryBound(to: Batch.self)
            batch.pointee.step.run(batch.pointee, shard: shard, worker: worker)
        }
        try sumLosses(shards: shards, rows: rows.count, step: step)
        if training { try sumGradients(shards: shards, step: step) }
        return losses
    }
}

extension TrainingStep {
    /// A batch and where it is computed: what the threads of a step share.
    private struct Batch {
        unowned let step: TrainingStep
        let inputs: Tensor
        let targets: [Tensor]
        let sampleWeights: [[Float]?]
        let rows: ArraySlice<Int>
        /// Number of the step.
        let number: UInt64
        let training: Bool
        let tape: ModelTape
        /// One per worker.
        let arenas: [TapeArena]
    }

    /// The rows of one shard, block by block.
    private func run(_ batch: Batch, shard: Int, worker: Int) {
        let heads = model.heads.count
        for head in 0..<heads { shardLosses[shard * heads + head] = 0 }
        if batch.training { shardGradients[shard].update(repeating: 0, count: model.parameterBuffer.count) }
        let end = min((shard + 1) * shardRows, batch.rows.count)
        for first in stride(from: shard * shardRows, to: end, by: blockRows) {
            run(batch, first..<min(first + blockRows, end), shard: shard, arena: batch.arenas[worker])
        }
    }

    /// One block: positions `block` of the batch.
    private func run(_ batch: Batch, _ block: Range<Int>, shard: Int, arena: TapeArena) {
        let tape = batch.tape
        var frame = arena.frame(parameters: model.parameterBuffer, gradients: shardGradients[shard])
        frame.rows = block.count
        frame.firstRow = block.lowerBound
        frame.batchRows = batch.rows.count
        frame.step = batch.number
        frame.seed = seed
        gather(batch, block, frame)
        arena.forward(frame, version: model.parameterBuffer.version)
        let heads = model.heads.count
        for head in 0..<heads {
            shardLosses[shard * heads + head] += frame.losses[tape.losses[head].index]
            let value = tape.outputs[head]
            let output = frame.data(value)
            for (position, row) in block.enumerated() {
                RowCopy.scatter(output, value: value, position: position, to: outputMemory[head], row: row)
            }
        }
        if batch.training { arena.backward(frame) }
    }

    private func gather(_ batch: Batch, _ block: Range<Int>, _ frame: Frame) {
        let tape = batch.tape
        let input = frame.data(tape.input)
        let rows = batch.rows.dropFirst(block.lowerBound).prefix(block.count)
        batch.inputs.withRows { source, stride in
            for (position, row) in rows.enumerated() {
                RowCopy.gather(source + row * stride, into: input, value: tape.input, position: position, rows: rows.count)
            }
        }
        for (head, loss) in tape.losses.enumerated() {
            let count = tape.outputs[head].features
            let (targets, weights) = (frame[loss.targets], frame[loss.weights])
            batch.targets[head].withRows { source, stride in
                for (position, row) in rows.enumerated() { (targets + position * count).update(from: source + row * stride, count: count) }
            }
            let given = batch.sampleWeights[head]
            for (position, row) in rows.enumerated() { weights[position] = given.map { $0[row] } ?? 1 }
        }
    }

    private func sumLosses(shards: Int, rows: Int, step: UInt64) throws(NonFiniteError) {
        losses.rows = rows
        losses.total = 0
        for (head, output) in model.heads.enumerated() {
            var sum = 0.0
            for shard in 0..<shards { sum += shardLosses[shard * model.heads.count + head] }
            let loss = sum / Double(rows)
            guard loss.isFinite else { throw NonFiniteError(place: .loss(head: output.name), step: step) }
            losses.heads[head] = loss
            losses.total += output.weight * loss
        }
    }

    private func sumGradients(shards: Int, step: UInt64) throws(NonFiniteError) {
        let finite = kernels.sum(shardGradients, first: shards, count: model.parameterBuffer.count, into: gradientMemory, pool: pool)
        if finite { return }
        let culprit = model.parameters.first { !kernels.isFinite(gradient(of: $0)) }
        throw NonFiniteError(place: .gradient(parameter: culprit?.name ?? "a parameter"), step: step)
    }

    private func check(inputs: Tensor, targets: [Tensor], sampleWeights: [[Float]?], rows: ArraySlice<Int>) throws(ModelError) {
        let count = inputs.shape.first ?? 0
        guard inputs.shape.dropFirst().elementsEqual(model.inputShape) else {
            throw ModelError(
                .invalidInput, "the model reads examples of shape \(shapeText(model.inputShape)), but the inputs are \(shapeText(inputs.shape))")
        }
        guard targets.count == model.heads.count, sampleWeights.count == model.heads.count else {
            throw ModelError(
                .invalidInput, "\(model.heads.count) heads need as many targets and sample weights, not \(targets.count) and \(sampleWeights.count)")
        }
        for (index, head) in model.heads.enumerated() {
            let columns = head.outputShape[0]
            guard targets[index].shape == [count, columns] || columns == 1 && targets[index].shape == [count] else {
                throw ModelError(
                    .invalidInput,
                    "head \"\(head.name)\" needs targets of shape \(shapeText([count, columns])), not \(shapeText(targets[index].shape))")
            }
            if let weights = sampleWeights[index], weights.count != count {
                throw ModelError(.invalidInput, "\(weights.count) sample weights for the \(count) examples of head \"\(head.name)\"")
            }
        }
        guard !rows.isEmpty, rows.count <= batchCapacity else {
            throw ModelError(.invalidInput, "a batch of \(rows.count) rows in a training step for 1 to \(batchCapacity)")
        }
        if let row = rows.first(where: { $0 < 0 || $0 >= count }) {
            throw ModelError(.invalidInput, "row \(row) of \(count) examples does not exist")
        }
    }
}
