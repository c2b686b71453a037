import ApusJournal
import Glibc

/// The journals of this user's kernels and runs.
enum Journals {
    static var folder: JournalFolder? { JournalFolder.standard(environment: Environment.value) }

    /// The journal of this process; nil when there is no home to keep it in. When it cannot be written, standard error says so once.
    static func make(_ kind: JournalOrigin.Kind, name: String) -> Journal? {
        folder.map { folder in
            Journal(folder: folder, origin: JournalOrigin(kind, name: name, process: Int(getpid()))) { reason in
                Console.error("apus: the journal is off, so what cells show cannot be attached to: \(reason)\n")
            }
        }
    }
}

/// The variables of this process.
enum Environment {
    static func value(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }
}
