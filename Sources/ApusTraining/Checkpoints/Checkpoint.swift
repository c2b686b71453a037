import ApusJSON

/// All that a run needs to go on as if it had never stopped.
public struct Checkpoint: Equatable, Sendable {
    /// The weights of the best epoch so far, which training ends with.
    public struct Best: Equatable, Sendable {
        /// Counted from 0.
        public var epoch: Int
        /// All parameters in model order.
        public var weights: [Float]

        package init(epoch: Int, weights: [Float]) {
            self.epoch = epoch
            self.weights = weights
        }
    }

    /// Where the run was; the random numbers of a step depend on nothing else, so this is the whole state of the generator.
    public struct Position: Equatable, Sendable {
        /// The epoch of the next batch, counted from 0.
        public var epoch = 0
        /// Batches already done in that epoch.
        public var step = 0
        /// Batches done since the run began.
        public var globalStep: UInt64 = 0
    }

    /// Why a run was over.
    public enum End: Equatable, Sendable {
        /// It had done all the epochs it was asked for; it may be asked for more.
        case epochs
        /// A callback ended it, for this reason.
        case callback(String)
    }

    public var identity: RunIdentity
    /// The instruction set it was computed with.
    public var arithmetic: String
    public var position = Position()
    /// Why the run is over, or nil while there is more to do.
    public var ended: End?
    /// All parameters in model order.
    public var weights: [Float]
    public var optimizer: OptimizerState
    public var callbacks: [CallbackState]
    public var best: Best?
    public var history = History()
    /// The unfinished epoch's sums and its seconds so far.
    public var running: RunningMeans {
        get { scores.running }
        set { scores.running = newValue }
    }
    /// The same sums, with what binary heads have answered in the unfinished epoch.
    var scores: EpochScores
    public var runningSeconds = 0.0

    /// The state of a run that has not begun and will log means of `logNames`.
    package init(identity: RunIdentity = RunIdentity(), arithmetic: String = "", logNames: [String]) {
        self.init(identity: identity, arithmetic: arithmetic, scores: EpochScores(running: RunningMeans(names: logNames), scored: []))
    }

    /// The state of a run that has not begun; `scores` are those of an epoch without batches.
    init(identity: RunIdentity, arithmetic: String, scores: EpochScores) {
        self.identity = identity
        self.arithmetic = arithmetic
        weights = []
        optimizer = OptimizerState(learningRate: 0)
        callbacks = []
        self.scores = scores
    }
}

extension Checkpoint {
    package func container() -> CheckpointContainer {
        var info = JSONObject()
        info["identity"] = .array(identity.entries.map { .array([.string($0.name), .string($0.value)]) })
        info["arithmetic"] = .string(arithmetic)
        info["epoch"] = .int(position.epoch)
        info["step"] = .int(position.step)
        info["global_step"] = .int(Int(position.globalStep))
        switch ended {
        case nil: info["ended"] = .null
        case .epochs: info["ended"] = "epochs"
        case .callback(let reason): info["ended"] = ["callback": .string(reason)]
        }
        info["best_epoch"] = best.map { .int($0.epoch) } ?? .null
        info["optimizer_iterations"] = .int(Int(optimizer.iterations))

        var numbers = ByteWriter()
        numbers.append(optimizer.learningRate.bitPattern)
        numbers.append(runningSeconds)
        numbers.append(UInt64(running.rows))
        numbers.append(Array(zip(running.names, running.sums)))
        numbers.append(UInt32(callbacks.count))
        for state in callbacks { numbers.append(state.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }) }
        for counts in running.counts { numbers.append(counts) }

        var container = CheckpointContainer()
        container.append("info", Array(JSON.object(info).text().utf8))
        container.append("numbers", numbers.bytes)
        container.append("history", Array(history.json.text().utf8))
        container.append("weights", bytes(of: weights))
        for (name, values) in optimizer.slots.sorted(by: { $0.key < $1.key }) { container.append("optimizer/\(name)", bytes(of: values)) }
        if let best { container.append("best", bytes(of: best.weights)) }
        for (head, rows) in scores.scored.enumerated() { container.append("scored/\(head)", rows.encoded) }
        return container
    }

    /// - Throws: `CheckpointError.damaged` when sections are missing or do not hold what they should.
    package init(container: CheckpointContainer, name: String) throws(CheckpointError) {
        func damaged(_ section: String) -> CheckpointError {
            CheckpointError(.damaged, "\(name) cannot be used: its section '\(section)' is missing or not understood.")
        }
        func section(_ title: String) throws(CheckpointError) -> ArraySlice<UInt8> {
            guard let bytes = container[title] else { throw damaged(title) }
            return bytes[...]
        }
        guard let info = try? JSON(parsing: section("info")), let epoch = info["epoch"]?.int, let step = info["step"]?.int, epoch >= 0, step >= 0,
            let globalStep = info["global_step"]?.int.flatMap(UInt64.init(exactly:)),
            let iterations = info["optimizer_iterations"]?.int.flatMap(UInt64.init(exactly:)), let entries = info["identity"]?.array
        else { throw damaged("info") }
        arithmetic = info["arithmetic"]?.string ?? ""
        identity = RunIdentity()
        for entry in entries {
            guard let name = entry[0]?.string, let value = entry[1]?.string else { throw damaged("info") }
            identity.append(name, value)
        }
        position = Position(epoch: epoch, step: step, globalStep: globalStep)
        ended = info["ended"]?["callback"]?.string.map(End.callback) ?? (info["ended"] == "epochs" ? .epochs : nil)

        guard let weights = floats(of: try section("weights")) else { throw damaged("weights") }
        self.weights = weights
        if let epoch = info["best_epoch"]?.int {
            guard let values = floats(of: try section("best")), values.count == weights.count else { throw damaged("best") }
            best = Best(epoch: epoch, weights: values)
        }
        guard let history = (try? JSON(parsing: section("history"))).flatMap(History.init(json:)) else { throw damaged("history") }
        self.history = history

        var numbers = ByteReader(try section("numbers"))
        guard let rate = numbers.integer(UInt32.self), let seconds = numbers.double(),
            let rows = numbers.integer(UInt64.self).flatMap(Int.init(exactly:)),
            let sums = numbers.namedNumbers(), let count = numbers.integer(UInt32.self)
        else { throw damaged("numbers") }
        var callbacks: [CallbackState] = []
        for _ in 0..<count {
            guard let state = numbers.namedNumbers() else { throw damaged("numbers") }
            callbacks.append(Dictionary(state) { $1 })
        }
        self.callbacks = callbacks
        var counts: [BinaryCounts] = []
        var scored: [ScoredRows] = []
        while !numbers.isAtEnd {
            guard let head = numbers.binaryCounts() else { throw damaged("numbers") }
            let title = "scored/\(counts.count)"
            guard let bytes = container[title], let rows = ScoredRows(decoding: bytes), rows.truth.count == head.confusion.total else {
                throw damaged(title)
            }
            counts.append(head)
            scored.append(rows)
        }
        scores = EpochScores(running: RunningMeans(rows: rows, names: sums.map(\.0), sums: sums.map(\.1), counts: counts), scored: scored)
        runningSeconds = seconds

        optimizer = OptimizerState(learningRate: Float(bitPattern: rate), iterations: iterations)
        for (title, bytes) in container.sections where title.hasPrefix("optimizer/") {
            guard let values = floats(of: bytes[...]) else { throw damaged(title) }
            optimizer.slots[String(title.dropFirst("optimizer/".count))] = values
        }
    }
}

extension ByteWriter {
    /// Named numbers with their exact bits, also those JSON cannot hold.
    fileprivate mutating func append(_ numbers: [(String, Double)]) {
        append(UInt32(numbers.count))
        for (name, value) in numbers {
            append(name)
            append(value)
        }
    }

    fileprivate mutating func append(_ counts: BinaryCounts) {
        append(counts.prefix)
        let matrix = counts.confusion
        for count in [matrix.truePositives, matrix.falsePositives, matrix.trueNegatives, matrix.falseNegatives] { append(UInt64(count)) }
    }
}

extension ByteReader {
    fileprivate mutating func namedNumbers() -> [(String, Double)]? {
        guard let count = integer(UInt32.self) else { return nil }
        var numbers: [(String, Double)] = []
        for _ in 0..<count {
            guard let name = string(), let value = double() else { return nil }
            numbers.append((name, value))
        }
        return numbers
    }

    /// Counts whose sum an integer holds.
    fileprivate mutating func binaryCounts() -> BinaryCounts? {
        guard let prefix = string() else { return nil }
        var counts: [Int] = []
        for _ in 0..<4 {
            guard let count = integer(UInt64.self), count < 1 << 48 else { return nil }
            counts.append(Int(count))
        }
        return BinaryCounts(
            prefix: prefix,
            confusion: BinaryConfusionMatrix(
                truePositives: counts[0], falsePositives: counts[1], trueNegatives: counts[2], falseNegatives: counts[3]))
    }
}
