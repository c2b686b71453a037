import ApusJournal
import ApusSession
import ApusThreads

/// One `%attach`: finds the cell in the journal of this kernel, shows what it showed, and follows it to its end.
struct AttachedCell {
    let journal: Journal?
    let call: AttachMagic
    /// Unique among the cells of this kernel.
    let id: String
    let outputs: CellOutputs
    /// Signalled to detach.
    let stop: Wakeup

    /// How often the journal is looked at.
    private static let interval = Duration.milliseconds(100)
    /// How long what the running cell showed just now may take to reach the journal.
    private static let writing = Duration.seconds(2)

    func run() throws(CellError) {
        let reader = try reader()
        let isAlive = reader.isBeingWritten
        let records = try next(reader)
        var contents = JournalContents()
        for record in records { contents.take(record) }
        if call.list { return outputs.receive(.display(DisplayData(contents.table(isAlive: isAlive, now: JournalText.now).bundle))) }
        guard let cell = contents.cell(latest: call.cell, isAlive: isAlive) else {
            let kept = contents.cells.count == 1 ? "1 cell" : "\(contents.cells.count) cells"
            throw CellError(
                name: "NoSuchCell", title: "the journal holds \(kept), and no cell \(call.cell ?? 1)", hint: "`%attach --list` shows them")
        }
        let state = contents.state(of: cell, isAlive: isAlive)
        say(cell, state == "running" ? "running for" : "\(state) after", cell.duration(now: JournalText.now))
        try follow(CellFollower(cell, reader: reader, records: records, prefix: "attach-\(id)-"), isRunning: state == "running")
    }

    private func reader() throws(CellError) -> JournalReader {
        guard let journal else {
            throw CellError(
                name: "NoJournal", title: "this kernel keeps no journal, so there is nothing to attach to",
                hint: "start it with a home folder, or with XDG_STATE_HOME, and without --no-journal")
        }
        journal.flush(within: Self.writing)
        guard let path = journal.path else {
            guard let failure = journal.failure else {
                throw CellError(name: "NoSuchCell", title: "no cell ran in this kernel yet", hint: "run one, and attach to it from anywhere")
            }
            throw Self.off(failure)
        }
        do { return try JournalReader(path: path) } catch { throw Self.off(error.description) }
    }

    private static func off(_ reason: String) -> CellError {
        CellError(
            name: "JournalOff", title: "the journal is off: \(reason)", hint: "make room or give another folder by XDG_STATE_HOME, then restart")
    }

    private func next(_ reader: JournalReader) throws(CellError) -> [JournalRecord] {
        do { return try reader.next() } catch { throw Self.off(error.description) }
    }

    private func follow(_ follower: CellFollower, isRunning: Bool) throws(CellError) {
        var follower = follower
        while true {
            let news: [CellFollower.News]
            do { news = try follower.next() } catch { throw Self.off(error.description) }
            for item in news {
                switch item {
                case .shown(let events): for event in events { show(event) }
                case .ended(let outcome):
                    if isRunning { try sayEnd(follower.cell, outcome) }
                    return
                }
            }
            if call.noFollow { return }
            if stop.wait(timeout: Self.interval) {
                throw CellError(
                    name: CellError.interruptedName, title: "detached; cell [\(follower.cell.start.count)] goes on",
                    hint: "`%attach` shows it again; interrupt the kernel once more to stop it")
            }
        }
    }

    private func show(_ event: CellEvent) {
        switch event {
        // The errors and values of the other cell are not those of this one.
        case .error(let error): outputs.receive(.stream(.stderr, error.report.joined(separator: "\n") + "\n"))
        case .result(let bundle): outputs.receive(.display(DisplayData(bundle)))
        default: outputs.receive(event)
        }
    }

    private func sayEnd(_ cell: JournalContents.Cell, _ outcome: JournalOutcome?) throws(CellError) {
        guard let outcome else {
            throw Self.off(journal?.failure ?? "its writer ended")
        }
        say(cell, "\(outcome.rawValue) after", cell.duration(now: JournalText.now))
    }

    private func say(_ cell: JournalContents.Cell, _ state: String, _ duration: Duration) {
        outputs.receive(.stream(.stdout, "[\(cell.start.count)] \(cell.start.title) · \(state) \(JournalText.duration(duration))\n"))
    }
}
