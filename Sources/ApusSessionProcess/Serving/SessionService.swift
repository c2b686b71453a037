public import ApusSession
import CLinux
import Glibc

/// What the session process does.
public enum SessionService {
    /// Serves the session that `makeSession` makes to the process that started this one; returns when that process is gone, or has
    /// closed the session. The caller then ends the process, whatever its threads do.
    ///
    /// To be called before the process starts a thread: it arranges the process's signals and standard output.
    ///
    /// - Throws: When the process was not started by ``ProcessSession``, or the front sends what cannot be read.
    public static func run(_ makeSession: () -> any Session) throws(SessionServiceError) {
        guard isSocket(ChildFiles.socket) else { throw SessionServiceError(reason: "it is started by `apus kernel` and `apus run`, not by hand") }
        clinux_die_with_parent()
        clinux_ignore_termination()
        clinux_name_thread(pthread_self(), "apus-session")
        signal(SIGPIPE, SIG_IGN)
        let files = [ChildFiles.socket, ChildFiles.output, ChildFiles.errors]
        // Programs that cells start must not hold the front's socket.
        for file in files { _ = fcntl(file, F_SETFD, FD_CLOEXEC) }
        clinux_buffer_lines()
        let descriptors = files.map(Descriptor.init)
        let server = SessionServer(session: makeSession(), socket: descriptors[0], output: descriptors[1], errors: descriptors[2])
        do { try server.run() } catch { throw SessionServiceError(reason: "the front sent \(error)") }
    }

    private static func isSocket(_ descriptor: Int32) -> Bool {
        var status = stat()
        return fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFSOCK
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
