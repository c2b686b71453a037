package import CApusKernels

/// What an operation sees during one replay: memory of one arena, the parameters, and which rows of which batch it computes.
package struct Frame {
    package let kernels: apus_kernels_t
    let tape: Tape
    let arena: UnsafeMutablePointer<Float>
    package let parameters: UnsafePointer<Float>
    /// Same layout as the parameters; written only by backward.
    package let gradients: UnsafeMutablePointer<Float>
    package let losses: UnsafeMutablePointer<Double>

    /// Rows of this replay.
    package var rows = 0
    /// Position in the batch of the first of them.
    package var firstRow = 0
    /// Rows of the whole batch, over which losses are averaged.
    package var batchRows = 0
    package var step: UInt64 = 0
    package var seed: UInt64 = 0
    var operation = 0

    package func data(_ value: Value) -> UnsafeMutablePointer<Float> {
        let place = tape.values[value.id]
        return arena + (place.data + place.dataPerRow * rows)
    }

    /// The gradient of a value that has one.
    package func gradient(_ value: Value) -> UnsafeMutablePointer<Float> { arena + tape.values[value.id].gradient! }

    package subscript(buffer: Buffer) -> UnsafeMutablePointer<Float> { arena + buffer.offset }

    /// Whether the running operation must add to this gradient, because another has written it already.
    package func accumulates(_ value: Value) -> Bool { tape.accumulates(value, inOperation: operation) }

    package func parameter(_ slot: ParameterSlot) -> UnsafePointer<Float> { parameters + slot.offset }
    package func gradient(_ slot: ParameterSlot) -> UnsafeMutablePointer<Float> { gradients + slot.offset }
}
