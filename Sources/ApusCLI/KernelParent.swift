import CLinux
import Glibc

/// The process that started the kernel: when it ends, the kernel leaves, so that no orphan stays behind.
struct KernelParent: ~Copyable {
    /// Readable when the process has ended; -1 when it cannot be watched so, or need not be.
    let descriptor: Int32
    /// The parent to compare with where there is no descriptor; nil when nobody is watched.
    private let polled: pid_t?

    /// Jupyter says in `JPY_PARENT_PID` who started the kernel: not always the direct parent, when a script stands between.
    init() {
        let named = getenv("JPY_PARENT_PID").flatMap { pid_t(String(cString: $0)) }
        let direct = getppid()
        guard named != 0, named != 1, direct != 1 || named != nil else {
            (descriptor, polled) = (-1, nil)
            return
        }
        // A process of another container cannot be seen from here; its stand-in is the direct parent.
        let opened = named.map(clinux_pidfd) ?? -1
        descriptor = opened >= 0 ? opened : clinux_pidfd(direct)
        polled = descriptor < 0 ? direct : nil
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    /// How often to ask `hasEnded`, in milliseconds; -1 for never.
    var pollInterval: Int32 { polled == nil ? -1 : 1000 }

    var hasEnded: Bool { polled.map { getppid() != $0 } ?? false }
}
