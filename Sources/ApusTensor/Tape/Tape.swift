/// What a tape is for. Inference keeps nothing for backward and drops nothing out.
public enum TapeMode: Sendable, Hashable {
    case inference
    case training
}

/// Operations recorded once for a model and replayed on every batch. A tape is a plan without memory; threads share it, each with its arena.
public final class Tape: Sendable {
    public let mode: TapeMode
    /// Most rows a replay may have.
    public let capacity: Int
    package let operations: [any Operation]
    let values: [TapeRecorder.Place]
    let arenaCount: Int
    /// Number of losses.
    package let lossCount: Int

    init(_ recorder: TapeRecorder) {
        mode = recorder.mode
        capacity = recorder.capacity
        operations = recorder.operations
        values = recorder.places
        arenaCount = recorder.arenaCount
        lossCount = recorder.lossCount
    }

    package func hasGradient(_ value: Value) -> Bool { values[value.id].gradient != nil }

    /// Whether the operation of this number must add to the gradient in backward, because another has written it already.
    package func accumulates(_ value: Value, inOperation operation: Int) -> Bool { values[value.id].lastConsumer != operation }
}

/// Lays out the memory of a tape while its operations are recorded.
public struct TapeRecorder {
    /// Where a value and its gradient lie.
    struct Place: Sendable {
        var data: Int
        /// Floats behind `data` for each row of the batch (for a value that is a later part of another's memory).
        var dataPerRow = 0
        var gradient: Int?
        /// The recorded operation that is the first to write the gradient, as backward runs.
        var lastConsumer: Int?
    }

    package let mode: TapeMode
    package let capacity: Int
    var operations: [any Operation] = []
    var places: [Place] = []
    var arenaCount = 0
    var lossCount = 0
    /// Softmax operations by their output, which a loss may take over.
    var softmaxes: [Value: Int] = [:]
    /// Sigmoid operations by their output, likewise.
    var sigmoids: [Value: Int] = [:]

    package init(mode: TapeMode, capacity: Int) {
        self.mode = mode
        self.capacity = capacity
    }

    package var isTraining: Bool { mode == .training }

    /// Room in the arena for `perRow` floats a row and `fixed` more.
    package mutating func buffer(perRow: Int = 0, fixed: Int = 0) -> Buffer {
        let buffer = Buffer(offset: arenaCount)
        arenaCount += Buffer.padded(perRow * capacity + fixed)
        return buffer
    }

    /// An input of the tape, without a gradient.
    package mutating func input(shape: [Int]) -> Value { value(shape: shape, hasGradient: false) }

    /// A value computed by an operation.
    package mutating func value(shape: [Int], hasGradient: Bool = true) -> Value {
        let value = Value(id: places.count, shape: shape)
        let place = Place(data: buffer(perRow: value.steps * value.stride).offset, gradient: nil)
        return add(value, place, hasGradient: hasGradient)
    }

    /// A value that lies in `buffer`, `perRow` floats a row behind its beginning.
    package mutating func value(shape: [Int], in buffer: Buffer, perRow: Int = 0) -> Value {
        add(Value(id: places.count, shape: shape), Place(data: buffer.offset, dataPerRow: perRow), hasGradient: true)
    }

    private mutating func add(_ value: Value, _ place: Place, hasGradient: Bool) -> Value {
        var place = place
        if isTraining && hasGradient { place.gradient = buffer(perRow: value.steps * value.stride).offset }
        places.append(place)
        return value
    }

    package func hasGradient(_ value: Value) -> Bool { places[value.id].gradient != nil }

    package mutating func append(_ operation: any Operation, reading inputs: [Value]) {
        for value in inputs { places[value.id].lastConsumer = operations.count }
        operations.append(operation)
    }

    package mutating func addLoss() -> Int {
        defer { lossCount += 1 }
        return lossCount
    }

    package consuming func finish() -> Tape { Tape(self) }
}
