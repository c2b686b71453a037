import ApusText
import JupyterProtocol
import Synchronization

/// The cells that ran: the latest of this kernel in memory, older ones and those of earlier kernels in a folder.
final class History: Sendable {
    private struct State {
        /// The latest cells of this kernel.
        var entries: [HistoryReply.Entry] = []
        /// Of `entries`.
        var byteCount = 0
        /// How many cells came before `entries`; they are in the file only.
        var droppedCount = 0
        var file: HistoryFile?
        var isFileTried = false
    }

    /// In bytes: with more in memory, the older half of the cells is dropped from it.
    private static let memoryLimit = 2 << 20

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
            let entry = HistoryReply.Entry(session: state.file?.session ?? 1, line: line, input: input, output: .some(output))
            state.entries.append(entry)
            state.file?.append(input, line: line)
            state.byteCount += Self.size(entry)
            if state.byteCount > Self.memoryLimit { Self.shrink(&state) }
        }
    }

    private static func shrink(_ state: inout State) {
        var kept = state.entries.endIndex
        state.byteCount = 0
        // The latest one stays, whatever its size.
        while kept > 0, state.byteCount == 0 || state.byteCount + size(state.entries[kept - 1]) <= memoryLimit / 2 {
            kept -= 1
            state.byteCount += size(state.entries[kept])
        }
        state.entries.removeFirst(kept)
        state.droppedCount += kept
    }

    /// In bytes: the entry, what two strings cost beside their text, and the text.
    private static func size(_ entry: HistoryReply.Entry) -> Int {
        MemoryLayout<HistoryReply.Entry>.stride + 2 * 32 + entry.input.utf8.count + ((entry.output ?? nil)?.utf8.count ?? 0)
    }

    /// The cells of this kernel, oldest first, and its session. What memory holds no more comes from the file, without results.
    private func own() -> (entries: [HistoryReply.Entry], session: Int?) {
        let (latest, dropped, session) = state.withLock { ($0.entries, $0.droppedCount, $0.file?.session) }
        guard dropped > 0, let folder, let session else { return (latest, session) }
        return (Array(folder.entries(ofSession: session).prefix(dropped)) + latest, session)
    }

    func answer(_ request: HistoryRequest) -> [HistoryReply.Entry] {
        let (own, session) = own()
        let found = entries(request.access, own: own, session: session)
        return found.map { entry in
            var entry = entry
            entry.output = request.output ? .some(entry.output ?? nil) : nil
            return entry
        }
    }

    private func entries(_ access: HistoryRequest.Access, own: [HistoryReply.Entry], session: Int?) -> [HistoryReply.Entry] {
        switch access {
        case .tail(let count):
            guard count > 0 else { return [] }
            return last(count, own: own, session: session) { _ in true }
        case .search(let pattern, let count, let unique):
            let glob = GlobPattern(pattern)
            var seen: Set<String> = []
            return last(count ?? .max, own: own, session: session) { entry in
                glob.matches(entry.input) && (!unique || seen.insert(entry.input).inserted)
            }
        case .range(let wanted, let start, let stop):
            let current = session ?? own.last?.session ?? folder?.nextSession ?? 1
            let number = wanted > 0 ? wanted : current + wanted
            let all = number == current ? own : folder?.entries(ofSession: number) ?? []
            return all.filter { $0.line >= start && $0.line < stop ?? .max }
        }
    }

    /// The last `count` entries that `isWanted`, oldest first. Asked from the newest to the oldest.
    private func last(
        _ count: Int, own: [HistoryReply.Entry], session: Int?, where isWanted: (HistoryReply.Entry) -> Bool
    ) -> [HistoryReply.Entry] {
        var found: [HistoryReply.Entry] = []
        func collect(_ entries: [HistoryReply.Entry]) {
            for entry in entries.reversed() where found.count < count && isWanted(entry) { found.append(entry) }
        }
        collect(own)
        for earlier in folder?.sessions.reversed() ?? [] where earlier != session && found.count < count {
            collect(folder?.entries(ofSession: earlier) ?? [])
        }
        return found.reversed()
    }
}
