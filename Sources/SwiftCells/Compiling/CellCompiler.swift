import Glibc

/// Compiles a cell to a shared library, with what earlier cells left behind as modules.
///
/// The frontend and the linker are called directly: the driver would take longer than both.
struct CellCompiler {
    let toolchain: Toolchain
    /// Where modules, objects and libraries of the session's cells are.
    let folder: String
    /// Where the modules of the engine are, and the module maps of its C parts.
    let modules: CellModules
    /// Where the compiler keeps what it has read of system modules, for all sessions of this user.
    let cache: String

    /// The default isolation of a module (Swift evolution proposal 466). Top-level variables are the main actor's in Swift 6, so functions that
    /// use them have to be as well.
    enum Isolation: String {
        case mainActor = "MainActor"
        case nonisolated
    }

    enum Outcome {
        /// The path of the library, and warnings.
        case compiled(String, [CompilerMessage])
        case failed([CompilerMessage], output: String)
    }

    /// - Parameters:
    ///   - code: A whole script, with `#sourceLocation` before the user's lines.
    ///   - module: Unique in the process.
    ///   - isolation: Of declarations that name none.
    func compile(_ code: String, module: String, isolation: Isolation = .mainActor) throws(ToolFailure) -> Outcome {
        let base = "\(folder)/\(module)"
        // The compiler takes top-level code only from a file of this name, or a single one.
        let source = base + ".swift"
        try write(code, to: source)
        let compiled = try ToolRun(toolchain.frontend, frontendArguments(source, base, module, isolation), outputFile: base + ".log")
        let messages = CompilerMessage.parse(compiled.text)
        guard compiled.status == 0 else { return .failed(messages, output: compiled.text) }
        let linked = try ToolRun(toolchain.linker, linkerArguments(base), outputFile: base + ".log")
        guard linked.status == 0 else { return .failed([], output: linked.text) }
        unlink(base + ".o")
        return .compiled(base + ".so", messages)
    }

    static func entryPoint(_ module: String) -> String { "apus_\(module)" }

    private func frontendArguments(_ source: String, _ base: String, _ module: String, _ isolation: Isolation) -> [String] {
        [
            "-frontend", "-c", "-module-name", module, "-enable-testing", "-disable-access-control", "-entry-point-function-name",
            Self.entryPoint(module), "-swift-version", "6", "-default-isolation", isolation.rawValue, "-Onone",
            // A trap leaves an access without its end, which the checks at run time would stumble over.
            "-enforce-exclusivity=unchecked", "-gline-tables-only", "-diagnostic-style",
            "llvm", "-no-color-diagnostics",
            "-I", folder, "-I", modules.folder, "-module-cache-path", cache, "-emit-module", "-emit-module-path", base + ".swiftmodule", "-o",
            base + ".o", source,
        ] + modules.moduleMaps.flatMap { ["-Xcc", "-fmodule-map-file=\($0)"] }
    }

    private func linkerArguments(_ base: String) -> [String] {
        [
            "-shared", "--wrap=swift_errorInMain", "-z", "now", "-o", base + ".so", toolchain.startFile, base + ".o",
            "-rpath", toolchain.libraries, "-lswiftCore", "--as-needed",
        ] + libraryFolders.flatMap { ["-L", $0] } + AutolinkEntries(objectFile: base + ".o").arguments.filter(isThere)
    }

    private var libraryFolders: [String] { [toolchain.libraries, "/usr/lib/\(Toolchain.architecture)-linux-gnu", "/usr/lib64", "/usr/lib"] }

    /// The C library's parts are asked for as well, and are in the process already where there are no files to link with.
    private func isThere(_ argument: String) -> Bool {
        guard argument.hasPrefix("-l") else { return false }
        return libraryFolders.contains { access("\($0)/lib\(argument.dropFirst(2)).so", R_OK) == 0 }
    }

    private func write(_ text: String, to path: String) throws(ToolFailure) {
        guard let file = fopen(path, "w") else { throw ToolFailure(program: path, reason: String(cString: strerror(errno))) }
        let bytes = Array(text.utf8)
        let count = fwrite(bytes, 1, bytes.count, file)
        guard fclose(file) == 0, count == bytes.count else {
            throw ToolFailure(program: path, reason: String(cString: strerror(errno)))
        }
    }
}
