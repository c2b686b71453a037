import CApusKernels

/// Inverted dropout: keeps each element with probability 1 - rate and multiplies it by 1 / (1 - rate).
///
/// The mask is a function of (seed, layer, step, row of the batch, t, feature), see `DropoutKey`.
package struct DropoutOp: Operation {
    package let input: Value
    package let output: Value
    package let rate: Float
    package let layer: Int
    let mask: Buffer
    package let inputHasGradient: Bool

    package func forward(_ frame: Frame) {
        let key = DropoutKey.words(seed: frame.seed, layer: layer, step: frame.step)
        var arguments = apus_dropout_t(
            steps: input.steps, rows: frame.rows, features: input.features, key: (key[0], key[1]),
            step: UInt32(truncatingIfNeeded: frame.step), first_row: UInt32(truncatingIfNeeded: frame.firstRow),
            threshold: UInt32((Double(rate) * 0x1p32).rounded()), scale: 1 / (1 - rate))
        frame.kernels.dropout(frame.data(output), frame[mask], frame.data(input), &arguments)
    }

    package func backward(_ frame: Frame) {
        guard inputHasGradient else { return }
        frame.kernels.dropout_gradient(
            frame.gradient(input), frame.gradient(output), frame[mask], frame.accumulates(input), input.steps * frame.rows * input.stride)
    }
}

/// Key of the generator of one dropout layer: one Philox block of seed, layer and the upper half of the step.
package enum DropoutKey {
    package static func words(seed: UInt64, layer: Int, step: UInt64) -> SIMD2<UInt32> {
        let tag: UInt32 = 0x6472_6F70  // "drop": another purpose of the same seed gets other numbers
        let block = Philox.block(
            counter: [UInt32(truncatingIfNeeded: layer), UInt32(truncatingIfNeeded: step >> 32), tag, 0], key: Philox(seed: seed).key)
        return [block[0], block[1]]
    }
}

extension TapeRecorder {
    /// Records dropout; in inference the input itself.
    /// - Parameter layer: tells this layer's masks from those of others.
    package mutating func dropout(_ input: Value, rate: Float, layer: Int) -> Value {
        if !isTraining || rate == 0 { return input }
        let output = value(shape: input.shape, hasGradient: hasGradient(input))
        let mask = buffer(perRow: input.steps * input.stride)
        append(DropoutOp(input: input, output: output, rate: rate, layer: layer, mask: mask, inputHasGradient: hasGradient(input)), reading: [input])
        return output
    }
}
