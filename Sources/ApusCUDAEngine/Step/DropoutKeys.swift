import ApusTensor

/// The words that key a model's dropout masks on the device: they change when the upper half of the step's number does.
struct DropoutKeys {
    private let seed: UInt64
    private var written: UInt64?

    init(seed: UInt64) { self.seed = seed }

    /// Places and words that must be written before a step.
    mutating func changed(step: UInt64, _ plan: ConstantPlan) -> [(place: Int, words: [Float])] {
        let upper = step >> 32
        if upper == written { return [] }
        written = upper
        return plan.dropoutKeys.map { layer, place in
            let words = DropoutKey.words(seed: seed, layer: layer, step: upper << 32)
            return (place, [Float(bitPattern: words[0]), Float(bitPattern: words[1])])
        }
    }
}
