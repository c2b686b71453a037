import Glibc

/// How a process keeps what it knows to itself.
package enum ProcessSecrets {
    /// Has the system write no image of this process's memory, or of those that it starts, when it crashes.
    ///
    /// A limit of one byte, not of none: that would hold for files, but not for a program that the system pipes core dumps to, which only
    /// this value keeps away (core(5); `coredump_pipe` in the kernel's fs/coredump.c).
    package static func forbidCoreDumps() {
        var limit = rlimit(rlim_cur: 1, rlim_max: 1)
        setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &limit)
    }

    /// Removes an environment variable so that neither programs that this process starts nor `/proc/PID/environ` have it.
    ///
    /// To be called while nothing else uses the environment.
    package static func hideVariable(_ name: String) {
        // The system shows the memory that the variables were in when the process began: it has to be overwritten.
        while let value = getenv(name) {
            memset(value, 0, strlen(value))
            unsetenv(name)
        }
    }
}
