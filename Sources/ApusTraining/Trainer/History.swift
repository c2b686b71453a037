public import ApusJSON

/// Named numbers in the order they were added, with the names Keras uses: `loss`, `direction_loss`, `direction_accuracy`, `val_loss`…
public struct Logs: Equatable, Sendable, Sequence {
    public private(set) var names: [String] = []
    private var values: [Double] = []

    public init() {}

    public subscript(name: String) -> Double? {
        get { names.firstIndex(of: name).map { values[$0] } }
        set {
            switch (names.firstIndex(of: name), newValue) {
            case (let index?, let value?): values[index] = value
            case (let index?, nil):
                names.remove(at: index)
                values.remove(at: index)
            case (nil, let value?):
                names.append(name)
                values.append(value)
            case (nil, nil): break
            }
        }
    }

    public func makeIterator() -> some IteratorProtocol<(String, Double)> { zip(names, values).makeIterator() }
}

/// What one epoch came to.
public struct EpochRecord: Equatable, Sendable {
    /// Counted from 0, as Keras does.
    public let epoch: Int
    /// Losses and metrics, of the training set as means over the epoch's batches, of the validation set (`val_`) after it.
    public let logs: Logs
    /// The rate this epoch was trained with; where a schedule changes it, that of the last step.
    public let learningRate: Float
    /// Wall-clock time with validation, across interruptions.
    public let seconds: Double

    public init(epoch: Int, logs: Logs, learningRate: Float, seconds: Double) {
        self.epoch = epoch
        self.logs = logs
        self.learningRate = learningRate
        self.seconds = seconds
    }
}

/// The epochs of a run, one record each.
public struct History: Equatable, Sendable {
    public var epochs: [EpochRecord] = []

    public init() {}

    /// The names logged, in order of first appearance.
    public var names: [String] {
        var names: [String] = []
        for record in epochs {
            for name in record.logs.names where !names.contains(name) { names.append(name) }
        }
        return names
    }

    /// One value per epoch; nil where the epoch has none.
    public subscript(name: String) -> [Double?] { epochs.map { $0.logs[name] } }

    /// An object of equally long arrays, as Keras's `history.history`, with `epoch`, `learning_rate` and `seconds`.
    public var json: JSON {
        var object = JSONObject()
        object["epoch"] = .array(epochs.map { .int($0.epoch) })
        for name in names { object[name] = .array(self[name].map { $0.map(JSON.double) ?? .null }) }
        object["learning_rate"] = .array(epochs.map { .double(Double($0.learningRate)) })
        object["seconds"] = .array(epochs.map { .double($0.seconds) })
        return .object(object)
    }

    /// Reads what `json` wrote; nil when it is something else.
    public init?(json: JSON) {
        guard let object = json.object, let numbers = object["epoch"]?.array, let rates = object["learning_rate"]?.array,
            let seconds = object["seconds"]?.array
        else { return nil }
        let columns = object.filter { !["epoch", "learning_rate", "seconds"].contains($0.key) }
        guard rates.count == numbers.count, seconds.count == numbers.count,
            columns.allSatisfy({ $0.value.array?.count == numbers.count })
        else { return nil }
        for row in numbers.indices {
            guard let epoch = numbers[row].int, let rate = rates[row].double, let time = seconds[row].double else { return nil }
            var logs = Logs()
            for column in columns { logs[column.key] = column.value[row]?.double }
            epochs.append(EpochRecord(epoch: epoch, logs: logs, learningRate: Float(rate), seconds: time))
        }
    }
}
