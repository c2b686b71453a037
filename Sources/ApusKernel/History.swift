import ApusText
import JupyterProtocol
import Synchronization

/// The cells that ran: the latest of this kernel in memory, older ones and those of earlier kernels in a folder.
final class History: Sendable {
    private typealias Entry = HistoryReply.Entry

    private struct State {
        /// The latest cells of this kernel.
        var entries: [Entry] = []
        /// Of `entries`.
        var byteCount = 0
        /// How many cells came before `entries`; they are in the file only.
        var droppedCount = 0
        var file: HistoryFile?
        var isFileTried = false
    }

    /// In bytes: with more in memory, the older half of the cells is dropped from it. A file has their inputs; where there is none,
    /// they are gone.
    private static func memoryLimit(hasFile: Bool) -> Int { hasFile ? 256 << 10 : 2 << 20 }

    private let folder: HistoryFolder?
    private let state = Mutex(State())

    /// - Parameter folder: where inputs are kept for later kernels; nil keeps them in memory only.
    init(folder: HistoryFolder?) { self.folder = folder }

    /// Adds a cell. Hub tokens in it are masked, for history is kept on disk.
    func append(_ input: String, line: Int, output: String?) {
        let input = TokenMask.masking(input)
        state.withLock { state in
            if !state.isFileTried {
                state.isFileTried = true
                // A home that cannot be written is no reason to complain at every cell: history is then in memory only.
                state.file = folder?.newFile()
            }
            let entry = Entry(session: state.file?.session ?? 1, line: line, input: input, output: .some(output))
            state.entries.append(entry)
            state.file?.append(input, line: line)
            state.byteCount += Self.size(entry)
            let limit = Self.memoryLimit(hasFile: state.file != nil)
            if state.byteCount > limit { Self.shrink(&state, to: limit / 2) }
        }
    }

    private static func shrink(_ state: inout State, to byteCount: Int) {
        var kept = state.entries.endIndex
        state.byteCount = 0
        // The latest one stays, whatever its size.
        while kept > 0, state.byteCount == 0 || state.byteCount + size(state.entries[kept - 1]) <= byteCount {
            kept -= 1
            state.byteCount += size(state.entries[kept])
        }
        state.entries.removeFirst(kept)
        state.droppedCount += kept
    }

    /// In bytes: the entry, what two strings cost beside their text, and the text.
    private static func size(_ entry: Entry) -> Int {
        MemoryLayout<Entry>.stride + 2 * 32 + entry.input.utf8.count + ((entry.output ?? nil)?.utf8.count ?? 0)
    }

    // MARK: Answers

    func answer(_ request: HistoryRequest) -> [HistoryReply.Entry] {
        entries(request.access).map { entry in
            var entry = entry
            entry.output = request.output ? .some(entry.output ?? nil) : nil
            return entry
        }
    }

    private func entries(_ access: HistoryRequest.Access) -> [Entry] {
        switch access {
        case .tail(let count):
            return last(count) { _ in true }
        case .search(let pattern, let count, let unique):
            let glob = GlobPattern(pattern)
            return last(count ?? .max, isUnique: unique) { glob.matches($0) }
        case .range(let wanted, let start, let stop):
            let own = Own(state.withLock { $0 })
            let current = own.session ?? own.latest.last?.session ?? folder?.nextSession ?? 1
            let number = wanted > 0 ? wanted : current + wanted
            let all = number == current ? dropped(own) { _ in true } + own.latest : folder?.entries(ofSession: number) ?? []
            return all.filter { $0.line >= start && $0.line < stop ?? .max }
        }
    }

    /// The last `count` entries whose input matches, oldest first.
    private func last(_ count: Int, isUnique: Bool = false, where matches: (String) -> Bool) -> [Entry] {
        let own = Own(state.withLock { $0 })
        var found: [Entry] = []
        var seen: Set<String> = []
        func collect(_ entries: [Entry]) {
            for entry in entries.reversed() where found.count < count && (!isUnique || seen.insert(entry.input).inserted) {
                found.append(entry)
            }
        }
        // From the newest to the oldest, and no file is read that is not needed.
        collect(own.latest.filter { matches($0.input) })
        if found.count < count { collect(dropped(own, where: matches)) }
        guard found.count < count, let folder else { return found.reversed() }
        for earlier in folder.sessions.reversed() where earlier != own.session && found.count < count {
            collect(folder.entries(ofSession: earlier, where: matches))
        }
        return found.reversed()
    }

    /// This kernel's cells that match and are in memory no more, oldest first, without results.
    private func dropped(_ own: Own, where matches: (String) -> Bool) -> [Entry] {
        guard own.droppedCount > 0, let folder, let session = own.session else { return [] }
        return folder.entries(ofSession: session, first: own.droppedCount, where: matches)
    }

    /// This kernel's cells at one moment.
    private struct Own {
        let latest: [Entry]
        let droppedCount: Int
        /// Nil while there is no file.
        let session: Int?

        init(_ state: State) {
            latest = state.entries
            droppedCount = state.droppedCount
            session = state.file?.session
        }
    }
}
