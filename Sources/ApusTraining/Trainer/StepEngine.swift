/// An engine that computes on the caller's memory, one batch after the other.
package protocol StepEngine: BatchEngine {
    /// Runs the model on rows of `examples` and, when training, leaves the gradient of the total loss.
    ///
    /// - Parameters:
    ///   - weights: for each head one weight per row of `examples`, or nil for all 1.
    ///   - step: with the seed, decides what dropout drops.
    /// - Throws: `BatchFault` when a loss or a gradient is NaN or infinite.
    func run(_ examples: Examples, weights: [[Float]?], rows: ArraySlice<Int>, step: UInt64, training: Bool) throws -> BatchLosses

    /// Lets the optimiser change the parameters by the gradient of the last `run`, clipped where wanted.
    func update(_ optimizer: inout any Optimizer, clipping: GradientClipping?)
}

extension StepEngine {
    package var deviceName: String { "CPU" }
    package var batchesAtOnce: Int { 1 }

    package func train(
        _ burst: BatchBurst, rates: [Float], optimizer: inout any Optimizer, clipping: GradientClipping?, ended: (Int, BatchLosses) -> Void
    ) throws {
        let rate = optimizer.learningRate
        defer { optimizer.learningRate = rate }
        for (index, batch) in burst.batches.enumerated() {
            let losses = try run(burst.examples, weights: burst.rowWeights, rows: batch, step: burst.step + UInt64(index), training: true)
            optimizer.learningRate = rates[index]
            update(&optimizer, clipping: clipping)
            ended(index, losses)
        }
    }

    package func evaluate(_ burst: BatchBurst, ended: (Int, BatchLosses) -> Void) throws {
        for (index, batch) in burst.batches.enumerated() {
            ended(index, try run(burst.examples, weights: burst.rowWeights, rows: batch, step: burst.step, training: false))
        }
    }

    package func synchronize() {}
    package func load(_ optimizer: any Optimizer) {}
    package func store(_ optimizer: inout any Optimizer) {}
}
