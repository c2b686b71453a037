import CApusKernels

/// One thread's memory for a tape, and the replay of the tape in it. Nothing is allocated after `init`.
package final class TapeArena {
    package let tape: Tape
    private let kernels: Kernels
    private let memory: UnsafeMutablePointer<Float>
    private let losses: UnsafeMutablePointer<Double>
    private var preparedVersion: UInt64 = 0

    package init(tape: Tape, kernels: Kernels = .best) {
        self.tape = tape
        self.kernels = kernels
        memory = AlignedMemory.allocate(tape.arenaCount)
        losses = .allocate(capacity: max(tape.lossCount, 1))
        losses.initialize(repeating: 0, count: max(tape.lossCount, 1))
    }

    deinit {
        losses.deallocate()
        AlignedMemory.deallocate(memory)
    }

    /// Bytes held.
    package var byteCount: Int { tape.arenaCount * MemoryLayout<Float>.stride }

    package func frame(parameters: ParameterBuffer, gradients: UnsafeMutablePointer<Float>? = nil) -> Frame {
        // Inference never writes gradients; any valid address will do.
        Frame(
            kernels: kernels.table.pointee, tape: tape, arena: memory, parameters: parameters.values.baseAddress!,
            gradients: gradients ?? memory, losses: losses)
    }

    /// Runs all operations in order, after preparing them if the parameters have another version than last time.
    package func forward(_ frame: Frame, version: UInt64) {
        precondition(frame.rows > 0 && frame.rows <= tape.capacity, "\(frame.rows) rows in a tape for \(tape.capacity)")
        if version != preparedVersion {
            for operation in tape.operations { operation.prepare(frame) }
            preparedVersion = version
        }
        for operation in tape.operations { operation.forward(frame) }
    }

    /// Runs all operations backwards, after `forward` with the same frame.
    package func backward(_ frame: Frame) {
        var frame = frame
        for index in tape.operations.indices.reversed() {
            frame.operation = index
            tape.operations[index].backward(frame)
        }
    }
}
