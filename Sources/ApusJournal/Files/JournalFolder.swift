package import ApusSystem
import Glibc

/// The folder with the journals of this user's kernels and runs, one file a process, readable by nobody else.
///
/// Names begin with the time, so that their order is that of the processes. Journals of processes that ended go away when a new
/// one is made: those beyond ``mostEnded``, and those older than ``longestKept``.
public struct JournalFolder: Sendable {
    public let path: String

    static let suffix = ".journal"
    /// How many journals of ended processes are kept.
    package static let mostEnded = 20
    /// In seconds: two weeks.
    package static let longestKept = 14 * 86_400

    public init(path: String) { self.path = path }

    /// `$XDG_STATE_HOME/apus/journals`, by default in `~/.local/state`; nil when there is no home.
    public static func standard(environment: (String) -> String?) -> JournalFolder? {
        if let state = environment("XDG_STATE_HOME"), state.hasPrefix("/") { return JournalFolder(path: state + "/apus/journals") }
        guard let home = environment("HOME"), home.hasPrefix("/") else { return nil }
        return JournalFolder(path: home + "/.local/state/apus/journals")
    }

    /// The paths of all journals, the newest first.
    public func journals() -> [String] {
        let names = (try? FileSystem.names(in: path)) ?? []
        return names.filter { $0.hasSuffix(Self.suffix) && !$0.hasPrefix(".") }.reversed().map { "\(path)/\($0)" }
    }

    /// Makes the folder for this user alone.
    func make() throws(SystemError) {
        try FileSystem.makeFolder(FilePath.folder(of: path), mode: 0o755)
        try FileSystem.makeFolder(path, mode: 0o700)
        // It may have been there with other permissions; what cells show is for nobody else to read.
        chmod(path, 0o700)
    }

    /// The path of a new journal.
    func newPath(process: Int, now: UTCTime = .now) -> String {
        let time = now.text(fractionDigits: 6).filter { $0 != "-" && $0 != ":" }
        return "\(path)/\(time)-\(process)\(Self.suffix)"
    }

    /// Removes what need not be kept.
    package func prune(now: UTCTime = .now) {
        var ended = 0
        for journal in journals() {
            guard let file = try? OpenFile(journal, O_RDONLY | O_NOFOLLOW | O_NONBLOCK), let status = try? file.status() else { continue }
            guard !file.isLockedByAnother else { continue }
            ended += 1
            if ended > Self.mostEnded || now.seconds - Int64(status.st_mtim.tv_sec) > Self.longestKept { FileSystem.remove(journal) }
        }
        removeAbandonedRewrites()
    }

    /// A process that was killed while it rewrote its journal left an unlocked hidden file.
    private func removeAbandonedRewrites() {
        for name in (try? FileSystem.names(in: path)) ?? [] where name.hasPrefix(".") && name.hasSuffix(".partial") {
            // With the lock nobody can begin to use it meanwhile.
            guard let file = try? OpenFile("\(path)/\(name)", O_RDONLY | O_NOFOLLOW | O_NONBLOCK), (try? file.tryLock()) == true else { continue }
            FileSystem.remove("\(path)/\(name)")
        }
    }
}
