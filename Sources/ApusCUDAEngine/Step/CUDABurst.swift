package import ApusTensor

/// Batches that one model does one after the other in one burst.
package struct CUDABurst {
    package let examples: DeviceExamples
    package let batches: [ArraySlice<Int>]
    /// Number of the first step, which keys the dropout masks.
    package let step: UInt64
    /// The optimiser's update after each batch; none in evaluation.
    package let updates: [AdamStep]

    package init(_ examples: DeviceExamples, batches: [ArraySlice<Int>], step: UInt64 = 0, updates: [AdamStep] = []) {
        self.examples = examples
        self.batches = batches
        self.step = step
        self.updates = updates
    }
}
