package import ApusSession
package import NotebookFormat

/// Turns what running cells show into the outputs that a notebook saves.
///
/// Consecutive texts of one stream become one output; an update reaches every display of its id, in any cell that ran;
/// clearing can wait for the next output. These are the rules of nbclient and JupyterLab.
package struct OutputRecorder: Sendable {
    private enum Entry {
        case stream(StreamName, StreamText)
        case output(Notebook.Output, displayID: String?)
    }

    private var entries: [Int: [Entry]] = [:]
    /// The cells that hold displays of an id.
    private var displays: [String: Set<Int>] = [:]
    private var cell = 0
    private var executionCount = 0
    private var clearsBeforeNext = false
    /// Cells whose outputs changed since `takeChanges`.
    private var changed: Set<Int> = []

    package init() {}

    /// Outputs from now on belong to the cell at `index`, which starts without any.
    package mutating func begin(cell index: Int, executionCount: Int) {
        cell = index
        self.executionCount = executionCount
        clear()
    }

    package mutating func record(_ event: CellEvent) {
        switch event {
        case .stream(let name, let text): appendStream(name, text)
        case .display(let display):
            if let id = display.id { update(display.bundle, id: id) }
            append(.displayData(display.bundle.data, metadata: display.bundle.metadata), displayID: display.id)
        case .updateDisplay(let display): if let id = display.id { update(display.bundle, id: id) }
        case .clearOutput(wait: true): clearsBeforeNext = true
        case .clearOutput(wait: false): clear()
        case .result(let bundle): append(.executeResult(bundle.data, metadata: bundle.metadata, executionCount: executionCount))
        case .error(let error): append(.error(name: error.name, value: error.message, traceback: error.report))
        }
    }

    /// The outputs of the cells that changed since the last call, by cell.
    package mutating func takeChanges() -> [Int: [Notebook.Output]] {
        defer { changed = [] }
        return Dictionary(uniqueKeysWithValues: changed.map { ($0, outputs(of: $0)) })
    }

    package func outputs(of cell: Int) -> [Notebook.Output] {
        (entries[cell] ?? []).map { entry in
            switch entry {
            case .stream(let name, let text): .stream(name.rawValue, text.text)
            case .output(let output, _): output
            }
        }
    }

    private mutating func appendStream(_ name: StreamName, _ text: String) {
        guard !text.isEmpty else { return }
        clearIfWaiting()
        changed.insert(cell)
        if case .stream(name, var stream)? = entries[cell]?.last {
            // Taken out before it grows, so that the text is not copied.
            entries[cell]?.removeLast()
            stream.append(text)
            entries[cell]?.append(.stream(name, stream))
        } else {
            var stream = StreamText()
            stream.append(text)
            entries[cell, default: []].append(.stream(name, stream))
        }
    }

    private mutating func append(_ output: Notebook.Output, displayID: String? = nil) {
        clearIfWaiting()
        changed.insert(cell)
        entries[cell, default: []].append(.output(output, displayID: displayID))
        if let displayID { displays[displayID, default: []].insert(cell) }
    }

    private mutating func update(_ bundle: MIMEBundle, id: String) {
        for cell in displays[id] ?? [] {
            guard var list = entries[cell] else { continue }
            for index in list.indices {
                guard case .output(var output, let displayID) = list[index], displayID == id else { continue }
                output.members["data"] = .object(bundle.data)
                output.members["metadata"] = .object(bundle.metadata)
                list[index] = .output(output, displayID: id)
                changed.insert(cell)
            }
            entries[cell] = list
        }
    }

    private mutating func clearIfWaiting() {
        if clearsBeforeNext { clear() }
    }

    private mutating func clear() {
        clearsBeforeNext = false
        entries[cell] = []
        changed.insert(cell)
    }
}
