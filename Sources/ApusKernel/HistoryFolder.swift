import ApusJSON
import ApusSystem
import Glibc
import JupyterProtocol

/// A folder with one file for each kernel that ran cells: `000042.jsonl` holds the inputs of session 42, one JSON array a line.
///
/// Kernels that run at the same time never share a file, so there is nothing to lock.
public struct HistoryFolder: Sendable {
    let path: String
    /// Older files are deleted when a new one is made.
    let maximumSessions: Int

    public init(path: String, maximumSessions: Int = 500) {
        self.path = path
        self.maximumSessions = maximumSessions
    }

    /// `$XDG_DATA_HOME/apus/history`, by default in `~/.local/share`; nil when there is no home.
    public static func standard(environment: (String) -> String?) -> HistoryFolder? {
        if let data = environment("XDG_DATA_HOME"), data.hasPrefix("/") { return HistoryFolder(path: data + "/apus/history") }
        guard let home = environment("HOME"), home.hasPrefix("/") else { return nil }
        return HistoryFolder(path: home + "/.local/share/apus/history")
    }

    /// The numbers of the sessions that left a file, in order.
    var sessions: [Int] {
        ((try? FileSystem.names(in: path)) ?? []).compactMap { name in
            guard name.hasSuffix(".jsonl"), let number = Int(name.dropLast(6)), number > 0 else { return nil }
            return number
        }.sorted()
    }

    var nextSession: Int { (sessions.last ?? 0) + 1 }

    /// Makes the file of a new session; nil when the folder cannot be written.
    func newFile() -> HistoryFile? {
        // What the person ran is for nobody else to read.
        try? FileSystem.makeFolder(FilePath.folder(of: path), mode: 0o755)
        try? FileSystem.makeFolder(path, mode: 0o700)
        for number in sessions.dropLast(maximumSessions - 1) { unlink(file(number)) }
        for number in nextSession..<(nextSession + 100) {
            let descriptor = open(file(number), O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0o600)
            if descriptor >= 0 { return HistoryFile(session: number, descriptor: descriptor) }
            // Another kernel took the number in between.
            guard errno == EEXIST else { return nil }
        }
        return nil
    }

    /// Those of the `first` inputs of one session that match, oldest first; lines that are damaged are left out.
    func entries(
        ofSession number: Int, first: Int = .max, where matches: (String) -> Bool = { _ in true }
    ) -> [HistoryReply.Entry] {
        guard let file = fopen(file(number), "re") else { return [] }
        defer { fclose(file) }
        var entries: [HistoryReply.Entry] = []
        var line: UnsafeMutablePointer<CChar>?
        var capacity = 0
        var count = 0
        defer { free(line) }
        while count < first, case let length = getline(&line, &capacity, file), length > 0, let line {
            let bytes = UnsafeRawBufferPointer(start: line, count: length)
            guard let json = try? JSON(parsing: bytes), let number_ = json[0]?.int, let input = json[1]?.string else { continue }
            count += 1
            if matches(input) { entries.append(.init(session: number, line: number_, input: input)) }
        }
        return entries
    }

    private func file(_ number: Int) -> String {
        let digits = String(number)
        return "\(path)/\(String(repeating: "0", count: max(0, 6 - digits.count)))\(digits).jsonl"
    }
}

/// The open file of this kernel's session.
final class HistoryFile: Sendable {
    let session: Int
    private let descriptor: Int32

    init(session: Int, descriptor: Int32) {
        self.session = session
        self.descriptor = descriptor
    }

    /// Adds one line with one write, so that a crash can damage only the last line.
    func append(_ input: String, line: Int) {
        var text = JSON.array([.int(line), .string(input)]).text() + "\n"
        text.withUTF8 { _ = write(descriptor, $0.baseAddress, $0.count) }
    }

    deinit { close(descriptor) }
}
