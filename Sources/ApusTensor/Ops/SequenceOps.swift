import CApusKernels
import Glibc

/// Mean over the steps of a sequence.
package struct StepMeanOp: Operation {
    package let input: Value
    package let output: Value
    package let inputHasGradient: Bool

    package func forward(_ frame: Frame) {
        frame.kernels.step_sum(frame.data(output), frame.data(input), 1 / Float(input.steps), input.steps, frame.rows * input.stride)
    }

    package func backward(_ frame: Frame) {
        guard inputHasGradient else { return }
        frame.kernels.step_sum_gradient(
            frame.gradient(input), frame.gradient(output), 1 / Float(input.steps), frame.accumulates(input), input.steps,
            frame.rows * input.stride)
    }
}

/// Adds a fixed table (steps, padded features) to every row.
package struct AddTableOp: Operation {
    package let input: Value
    package let output: Value
    package let table: [Float]
    package let inputHasGradient: Bool

    package func forward(_ frame: Frame) {
        table.withUnsafeBufferPointer {
            frame.kernels.add_steps(frame.data(output), frame.data(input), $0.baseAddress, input.steps, frame.rows, input.stride)
        }
    }

    package func backward(_ frame: Frame) {
        guard inputHasGradient else { return }
        frame.kernels.pass(frame.gradient(input), frame.gradient(output), frame.accumulates(input), input.steps * frame.rows * input.stride)
    }
}

extension TapeRecorder {
    /// Records the mean over time of a sequence (T, F).
    package mutating func stepMean(_ input: Value) -> Value {
        let output = value(shape: [input.features], hasGradient: hasGradient(input))
        append(StepMeanOp(input: input, output: output, inputHasGradient: hasGradient(input)), reading: [input])
        return output
    }

    /// Records the addition of sinusoidal positions: sin(t / 10000^(2i / F)) in column 2i, cos of the same in column 2i + 1.
    package mutating func addPositions(_ input: Value) -> Value {
        var table = [Float](repeating: 0, count: input.steps * input.stride)
        for step in 0..<input.steps {
            for feature in 0..<input.features {
                let angle = Double(step) / pow(10_000, Double(feature / 2 * 2) / Double(input.features))
                table[step * input.stride + feature] = Float(feature % 2 == 0 ? sin(angle) : cos(angle))
            }
        }
        let output = value(shape: input.shape, hasGradient: hasGradient(input))
        append(AddTableOp(input: input, output: output, table: table, inputHasGradient: hasGradient(input)), reading: [input])
        return output
    }
}
