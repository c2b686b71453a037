import ApusJSON
import ArgumentParser

/// `apus install`: registers the kernel with Jupyter.
struct InstallCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "install",
        abstract: "Register the kernel with Jupyter.",
        discussion: "Without options the kernel is registered for you alone (--user). Repeating the command replaces what was there.")

    @Flag(help: "Register for the current user.")
    var user = false

    @Flag(help: "Register in the Python environment that is active: a virtual environment, conda, or that of `jupyter` on PATH.")
    var sysPrefix = false

    @Option(help: ArgumentHelp("Register below this folder, in share/jupyter/kernels.", valueName: "dir"))
    var prefix: String?

    @Option(help: "The name under which `jupyter --kernel` finds it.")
    var name = "apus"

    @Option(help: "The name that front ends show.")
    var displayName = "Apus"

    func validate() throws {
        if [user, sysPrefix, prefix != nil].count(where: { $0 }) > 1 {
            throw ValidationError("--user, --sys-prefix and --prefix exclude each other: give one of them.")
        }
        guard InstallKernelspec.isName(name) else {
            throw ValidationError("'\(name)' cannot be the name of a kernel: use letters, digits, '-', '_' and '.'.")
        }
    }

    func run() throws {
        let folder = try InstallFolder.kernels(sysPrefix: sysPrefix, prefix: prefix)
        let spec = InstallKernelspec(binary: try InstallFolder.runningBinary(), displayName: displayName)
        for path in try spec.write(into: "\(folder)/\(name)") { print("wrote \(path)") }
        print("Jupyter now offers the kernel '\(displayName)' (\(name)).")
    }
}
