import ApusSession

extension ProcessSession: SessionChildObserver {
    /// Bytes of stray text that are kept for the report of an end.
    private static let mostStrayText = 4 << 10
    /// Bytes of messages that wait for clients: a full window, and questions, which take no room in it.
    private static let mostWaitingBytes = 2 * EventWindow.size
    /// Questions that one cell may have open; more come only from a broken process.
    private static let mostQuestions = 64
    /// Bytes of taken events after which the process is told.
    private static let reportedBytes = EventWindow.size / 8

    func received(_ report: SessionReport, bytes: Int, from child: SessionChild) throws(FrameError) {
        // The process waits when its window is full, unless it is broken.
        guard delivery.byteCount <= Self.mostWaitingBytes else { throw .notAMessage("more outputs than it was asked for") }
        switch report {
        case .event(let cell, let event): receive(event, of: cell, bytes: bytes, from: child)
        case .ask(let cell, let question, let prompt, let isPassword):
            guard let run = running(cell) else { return }
            guard run.questionCount < Self.mostQuestions else { throw .notAMessage("more questions than anybody answers") }
            delivery.post(bytes: bytes) {
                run.ask(question, prompt, isPassword: isPassword) { child.send(.answer(question: question, $0)) }
            }
        case .withdraw(let cell, let question):
            if let run = running(cell) { delivery.post(bytes: bytes) { run.withdraw(question) } }
        case .reply(let cell, let reply):
            guard let run = running(cell) else { return }
            // Mostly nothing waits, and a change of threads is saved.
            if delivery.isIdle { end(run, reply) } else { delivery.post { self.end(run, reply) } }
        case .completions(let query, let found): queries.answer(query, .completions(found))
        case .inspection(let query, let found): queries.answer(query, .inspection(found))
        case .finished(let query, let cell): queries.answer(query, .finished(cell))
        }
    }

    /// The running cell; nil when it is another one.
    private func running(_ cell: Int) -> CellRun? {
        state.withLock { $0.running?.number == cell ? $0.running : nil }
    }

    private func receive(_ event: CellEvent, of cell: Int, bytes: Int, from child: SessionChild) {
        guard let run = running(cell) else {
            if case .stream(_, let text) = event { keep(text) }
            // Text of no cell has taken no room.
            if cell != 0 { taken(bytes, from: child) }
            return
        }
        delivery.post(bytes: bytes) {
            self.show(event, of: run)
            self.taken(bytes, from: child)
        }
    }

    /// Keeps what threads of the process write while no cell runs: it may be their last words.
    private func keep(_ text: String) {
        state.withLock { state in
            state.strayText += text
            let excess = state.strayText.utf8.count - Self.mostStrayText
            if excess > 0 { state.strayText = String(decoding: state.strayText.utf8.dropFirst(excess), as: UTF8.self) }
        }
    }

    private func taken(_ bytes: Int, from child: SessionChild) {
        let sum = state.withLock { state in
            guard state.child === child else { return 0 }
            state.takenBytes += EventWindow.weight(ofFrame: bytes)
            guard state.takenBytes >= Self.reportedBytes else { return 0 }
            defer { state.takenBytes = 0 }
            return state.takenBytes
        }
        if sum > 0 { child.send(.delivered(bytes: sum)) }
    }
}
