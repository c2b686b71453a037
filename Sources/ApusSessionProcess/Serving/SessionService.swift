public import ApusSession
import CLinux
import ApusThreads
import Glibc
import Synchronization

/// What the session process does.
public enum SessionService {
    /// Serves the session that `makeSession` makes to the process that started this one; returns when that process is gone, or has
    /// closed the session. The caller then ends the process, whatever its threads do.
    ///
    /// To be called before the process starts a thread: it arranges the process's signals and standard output.
    ///
    /// - Parameter loop: What the main thread does meanwhile, for a session that needs it; else it serves.
    /// - Throws: When the process was not started by ``ProcessSession``, or the front sends what cannot be read.
    public static func run(_ makeSession: () -> any Session, beside loop: MainLoop? = nil) throws(SessionServiceError) {
        guard isSocket(ChildFiles.socket) else { throw SessionServiceError(reason: "it is started by `apus kernel` and `apus run`, not by hand") }
        clinux_die_with_parent()
        clinux_ignore_termination()
        clinux_name_thread(pthread_self(), "apus-session")
        signal(SIGPIPE, SIG_IGN)
        // A limit of file sizes is an error of the write then, as a full disk is.
        signal(SIGXFSZ, SIG_IGN)
        let files = [ChildFiles.socket, ChildFiles.output, ChildFiles.errors]
        // Programs that cells start must not hold the front's socket.
        for file in files { _ = fcntl(file, F_SETFD, FD_CLOEXEC) }
        clinux_buffer_lines()
        let descriptors = files.map(Descriptor.init)
        let server = SessionServer(session: makeSession(), socket: descriptors[0], output: descriptors[1], errors: descriptors[2])
        guard let loop else { return try serve(server) }
        let outcome = Mutex<SessionServiceError?>(nil)
        withExtendedLifetime(
            Thread(name: "apus-commands") {
                do throws(SessionServiceError) { try serve(server) } catch { outcome.withLock { $0 = error } }
                loop.stop()
            }
        ) { loop.run() }
        if let error = outcome.withLock({ $0 }) { throw error }
    }

    private static func serve(_ server: SessionServer) throws(SessionServiceError) {
        do { try server.run() } catch { throw SessionServiceError(reason: "the front sent \(error)") }
    }

    private static func isSocket(_ descriptor: Int32) -> Bool {
        var status = stat()
        return fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFSOCK
    }
}

/// What keeps the main thread of a session process.
public struct MainLoop: Sendable {
    /// Returns after `stop`.
    let run: @Sendable () -> Void
    let stop: @Sendable () -> Void

    public init(run: @escaping @Sendable () -> Void, stop: @escaping @Sendable () -> Void) {
        self.run = run
        self.stop = stop
    }
}

/// The descriptors with which the session process is born, beside its standard ones; as `clinux_spawn` lays them out.
enum ChildFiles {
    static let socket: Int32 = 3
    /// Where what the process writes to descriptor 1 can be read.
    static let output: Int32 = 4
    static let errors: Int32 = 5
}

/// Why a process cannot serve a session.
public struct SessionServiceError: Error, CustomStringConvertible {
    let reason: String
    public var description: String { "this process cannot serve a session: \(reason)" }
}
