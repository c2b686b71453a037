import ApusText
import JupyterProtocol
import Synchronization

/// The cells that ran: those of this kernel in memory, those of earlier ones in a folder.
final class History: Sendable {
    private struct State {
        var entries: [HistoryReply.Entry] = []
        var file: HistoryFile?
        var isFileTried = false
    }

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
            state.entries.append(.init(session: state.file?.session ?? 1, line: line, input: input, output: .some(output)))
            state.file?.append(input, line: line)
        }
    }

    func answer(_ request: HistoryRequest) -> [HistoryReply.Entry] {
        let (own, session) = state.withLock { ($0.entries, $0.file?.session) }
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
