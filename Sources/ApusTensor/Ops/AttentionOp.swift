import CApusKernels

/// Multi-head scaled dot-product self-attention over queries, keys and values (T, 3 heads size), with dropout of the probabilities.
package struct AttentionOp: Operation {
    package let input: Value
    package let output: Value
    package let heads: Int
    package let size: Int
    package let rate: Float
    package let layer: Int
    let probabilities: Buffer
    let scratch: Buffer
    /// Dropped probabilities and masks; nil without dropout.
    let dropped: (kept: Buffer, mask: Buffer)?
    let saves: Bool

    package func forward(_ frame: Frame) { withArguments(frame) { frame.kernels.attention_forward(&$0) } }

    package func backward(_ frame: Frame) {
        withArguments(frame) { frame.kernels.attention_backward(&$0, frame.gradient(input), frame.gradient(output)) }
    }

    private func withArguments(_ frame: Frame, _ body: (inout apus_attention_t) -> Void) {
        let key = DropoutKey.words(seed: frame.seed, layer: layer, step: frame.step)
        var dropout = apus_dropout_t(
            steps: heads * input.steps, rows: 1, features: input.steps, key: (key[0], key[1]), step: UInt32(truncatingIfNeeded: frame.step),
            first_row: UInt32(truncatingIfNeeded: frame.firstRow), threshold: UInt32((Double(rate) * 0x1p32).rounded()), scale: 1 / (1 - rate))
        withUnsafePointer(to: &dropout) { dropout in
            var arguments = apus_attention_t(
                steps: input.steps, rows: frame.rows, heads: heads, size: size, scale: 1 / Float(size).squareRoot(), qkv: frame.data(input),
                output: frame.data(output), probabilities: frame[probabilities], saves: saves, dropout: dropped == nil ? nil : dropout,
                kept: dropped.map { frame[$0.kept] }, mask: dropped.map { frame[$0.mask] }, scratch: frame[scratch])
            body(&arguments)
        }
    }
}

extension TapeRecorder {
    /// Records self-attention.
    /// - Parameters:
    ///   - input: queries, keys and values (T, 3 heads size), heads within each; read by nothing else.
    ///   - rate: share of the probabilities that dropout drops.
    ///   - layer: tells this layer's masks from those of others.
    package mutating func attention(_ input: Value, heads: Int, rate: Float, layer: Int) -> Value {
        let size = input.features / (3 * heads)
        let output = value(shape: [input.steps, heads * size])
        let matrices = heads * input.steps * Buffer.padded(input.steps)
        let dropped = isTraining && rate > 0 ? (kept: buffer(perRow: matrices), mask: buffer(perRow: matrices)) : nil
        append(
            AttentionOp(
                input: input, output: output, heads: heads, size: size, rate: rate, layer: layer,
                probabilities: isTraining ? buffer(perRow: matrices) : buffer(fixed: matrices),
                scratch: buffer(fixed: apus_attention_scratch_size(input.steps, size)), dropped: dropped, saves: isTraining),
            reading: [input])
        return output
    }
}
