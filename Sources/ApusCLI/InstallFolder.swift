import ApusSystem
import Glibc

/// Where Jupyter looks for kernels.
enum InstallFolder {
    /// The folder of all kernelspecs for the choice of the user.
    static func kernels(sysPrefix: Bool, prefix: String?) throws(InstallError) -> String {
        if let prefix { return "\(absolute(prefix))/share/jupyter/kernels" }
        if sysPrefix { return "\(try pythonPrefix())/share/jupyter/kernels" }
        if let data = environment("JUPYTER_DATA_DIR") { return "\(absolute(data))/kernels" }
        if let data = environment("XDG_DATA_HOME") { return "\(absolute(data))/jupyter/kernels" }
        guard let home = environment("HOME") else {
            throw InstallError("HOME is not set, so there is no folder of the user. Use --prefix DIR.")
        }
        return "\(absolute(home))/.local/share/jupyter/kernels"
    }

    /// What Python calls `sys.prefix`, found without starting Python.
    private static func pythonPrefix() throws(InstallError) -> String {
        if let active = environment("VIRTUAL_ENV") ?? environment("CONDA_PREFIX") { return active }
        for folder in (environment("PATH") ?? "").split(separator: ":") where folder.hasSuffix("/bin") {
            if access("\(folder)/jupyter", X_OK) == 0 { return String(folder.dropLast(4)) }
        }
        throw InstallError(
            "no Python environment is active (VIRTUAL_ENV, CONDA_PREFIX) and no jupyter is on PATH. Use --user or --prefix DIR.")
    }

    /// The absolute path of this program, as the kernelspec needs it.
    static func runningBinary() throws(InstallError) -> String {
        guard let path = realpath("/proc/self/exe", nil) else {
            throw InstallError("the path of this program is unknown: /proc/self/exe cannot be read (\(SystemError.lastReason)).")
        }
        defer { free(path) }
        return String(cString: path)
    }

    private static func environment(_ name: String) -> String? {
        guard let value = getenv(name).map({ String(cString: $0) }), !value.isEmpty else { return nil }
        return value
    }

    private static func absolute(_ path: String) -> String {
        if path.hasPrefix("/") { return path }
        guard let folder = getcwd(nil, 0) else { return path }
        defer { free(folder) }
        return "\(String(cString: folder))/\(path)"
    }
}
