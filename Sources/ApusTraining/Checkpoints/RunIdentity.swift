/// What must be equal for a run to be continued: model, data, and every option that changes the resulting bits, as readable text.
public struct RunIdentity: Equatable, Sendable {
    public struct Entry: Equatable, Sendable {
        public let name: String
        public let value: String
    }

    public private(set) var entries: [Entry] = []

    public init() {}

    public mutating func append(_ name: String, _ value: String) { entries.append(Entry(name: name, value: value)) }

    /// The options that change the resulting bits; neither threads nor the number of epochs do.
    mutating func append(_ options: TrainingOptions, callbacks: [any TrainingCallback]) {
        append("batch size", "\(options.batchSize)")
        append("seed", "\(options.seed)")
        append("shuffling", options.shuffle ? "on" : "off")
        append("optimizer", options.optimizer.settings)
        append("learning rate", "\(options.optimizer.learningRate)")
        if let schedule = options.learningRateSchedule { append("learning rate schedule", schedule.settings) }
        if let clipping = options.gradientClipping { append("gradient clipping", clipping.settings) }
        for (head, weights) in options.classWeights.sorted(by: { $0.key < $1.key }) { append("class weights of '\(head)'", "\(weights)") }
        for (index, callback) in callbacks.enumerated() { append("callback \(index + 1)", callback.settings) }
    }

    /// One sentence for each entry that `current` has otherwise, or does not have.
    func differences(to current: RunIdentity) -> [String] {
        var sentences: [String] = []
        for entry in entries {
            guard let now = current.entries.first(where: { $0.name == entry.name }) else {
                sentences.append("\(entry.name) was \(entry.value) and is now absent")
                continue
            }
            if now.value != entry.value { sentences.append("\(entry.name) was \(entry.value) and is now \(now.value)") }
        }
        for entry in current.entries where !entries.contains(where: { $0.name == entry.name }) {
            sentences.append("\(entry.name) was absent and is now \(entry.value)")
        }
        return sentences
    }
}
