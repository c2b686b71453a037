public import ApusTensor
import Synchronization

extension Model {
    /// Outputs of all heads for a batch of any size, dropout off.
    ///
    /// - Parameters:
    ///   - x: examples (N, T, F), or (N, F) for a model of vectors.
    ///   - threads: upper bound; results do not depend on it.
    ///   - shouldStop: asked between blocks of rows, on the caller's thread.
    /// - Returns: one tensor (N, C) per head, in order.
    /// - Throws: `ModelError` when the shape does not fit, or `.interrupted`.
    public func predict(_ x: Tensor, threads: Int = 1, shouldStop: () -> Bool = { false }) throws(ModelError) -> [Tensor] {
        let predictor = Predictor(model: self, threads: threads)
        return try predictor.predict(x, shouldStop: shouldStop)
    }
}

/// Predicts again and again with memory and threads that are set up once; follows the model's weights.
public final class Predictor {
    public let model: Model
    private let tape: ModelTape
    private let pool: ThreadPool
    private var arenas: [TapeArena] = []

    /// Rows computed at a time by one thread.
    private static let blockRows = 16

    public init(model: Model, threads: Int = 1) {
        self.model = model
        tape = ModelTape(model, mode: .inference, capacity: Self.blockRows, withLosses: false)
        pool = ThreadPool(threads: threads)
    }

    /// As `Model.predict`.
    public func predict(_ x: Tensor, shouldStop: () -> Bool = { false }) throws(ModelError) -> [Tensor] {
        guard x.shape.count == model.inputShape.count + 1, Array(x.shape.dropFirst()) == model.inputShape else {
            throw ModelError(
                .invalidInput, "the model reads batches of shape (N, \(shapeText(model.inputShape).dropFirst()), not \(shapeText(x.shape))")
        }
        let rows = x.shape[0]
        let blocks = (rows + Self.blockRows - 1) / Self.blockRows
        // Any worker may claim any block; a single block stays on the caller's thread.
        while arenas.count < (blocks > 1 ? pool.threads : 1) { arenas.append(TapeArena(tape: tape.tape)) }
        var outputs = model.heads.map { Tensor(zeros: [rows] + $0.outputShape) }
        // Blocks of rows are disjoint, so threads write through plain pointers.
        let destinations = outputs.indices.map { index in
            outputs[index].withUnsafeMutableBufferPointer { SendablePointer(pointer: $0.baseAddress!) }
        }
        let stop = Atomic<Bool>(false)
        x.withRows { source, stride in
            pool.run(count: blocks) { block, worker in
                if stop.load(ordering: .relaxed) { return }
                if worker == 0 && shouldStop() { return stop.store(true, ordering: .relaxed) }
                let first = block * Self.blockRows
                forward(source, stride, first..<min(rows, first + Self.blockRows), arenas[worker], destinations)
            }
        }
        if stop.load(ordering: .relaxed) { throw ModelError(.interrupted, "prediction was interrupted") }
        return outputs
    }

    private func forward(
        _ source: UnsafePointer<Float>, _ stride: Int, _ rows: Range<Int>, _ arena: TapeArena, _ destinations: [SendablePointer]
    ) {
        var frame = arena.frame(parameters: model.parameterBuffer)
        frame.rows = rows.count
        let input = frame.data(tape.input)
        for (position, row) in rows.enumerated() {
            RowCopy.gather(source + row * stride, into: input, value: tape.input, position: position, rows: rows.count)
        }
        arena.forward(frame, version: model.parameterBuffer.version)
        for (value, destination) in zip(tape.outputs, destinations) {
            let data = frame.data(value)
            for (position, row) in rows.enumerated() { RowCopy.scatter(data, value: value, position: position, to: destination.pointer, row: row) }
        }
    }

    private struct SendablePointer: @unchecked Sendable {  // each thread writes rows of its own
        let pointer: UnsafeMutablePointer<Float>
    }
}
