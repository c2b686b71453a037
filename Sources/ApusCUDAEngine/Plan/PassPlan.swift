/// One way through the model, training or evaluation: where the batch is put, and the kernels in order.
struct PassPlan {
    /// Where the inputs of the batch lie, (T, rows, padded F).
    var input: Int
    /// Row stride of the inputs.
    var inputStride: Int
    /// For each head where targets (rows, C) and weights (rows) lie.
    var targets: [Int]
    var weights: [Int]
    /// From the gathered batch to the results and, in training, all gradients of values.
    var calls: [KernelCall]
}

/// What one step leaves for the host: for each head a loss of each row, as Float64, and the outputs (rows, C).
struct ResultPlan {
    /// Where the losses of each head begin, in floats; even.
    let losses: [Int]
    let outputs: [Int]
    /// Floats of one step; even.
    let stride: Int

    init(capacity: Int, outputs widths: [Int]) {
        var place = 0
        losses = widths.map { _ in
            defer { place += 2 * capacity }
            return place
        }
        outputs = widths.map { width in
            defer { place += capacity * width }
            return place
        }
        stride = (place + 15) / 16 * 16
    }
}
