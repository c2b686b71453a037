import Glibc
import Synchronization

/// Compiles cells to shared libraries, with what earlier cells left behind as modules.
///
/// The frontend and the linker are called directly: the driver would take longer than both. Both are started before there is a cell, which
/// saves the time of their start (SWIFT-FRONTEND reads its source from a pipe, LLD a linker script that names the object file).
package final class CellCompiler: Sendable {
    /// The default isolation of a module (Swift evolution proposal 466). Top-level variables are the main actor's in Swift 6, so functions that
    /// use them have to be as well.
    package enum Isolation: String, Sendable {
        case mainActor = "MainActor"
        case nonisolated
    }

    package enum Outcome: Sendable {
        case compiled(CompiledCell)
        case failed([CompilerMessage], output: String)
    }

    private struct State: ~Copyable {
        var count = 0
        var prepared: PreparedCell?
        /// Of packages that cells use.
        var includes: [String] = []
    }

    private let toolchain: Toolchain
    private let folder: String
    private let modules: CellModules
    private let cache: String
    private let state = Mutex(State())

    /// - Parameters:
    ///   - folder: Where modules, objects and libraries of the session's cells are put.
    ///   - modules: Where the modules of the engine are, and the module maps of its C parts.
    ///   - cache: Where the compiler keeps what it has read of system modules, for all sessions of this user.
    package init(toolchain: Toolchain, folder: String, modules: CellModules, cache: String) {
        self.toolchain = toolchain
        self.folder = folder
        self.modules = modules
        self.cache = cache
    }

    /// - Parameters:
    ///   - script: A whole script, with `#sourceLocation` before the user's lines.
    ///   - isolation: Of declarations that name none.
    ///   - isCancelled: Asked again and again.
    /// - Throws: `ToolFailure`; `CancellationError`.
    package func compile(_ script: String, isolation: Isolation = .mainActor, isCancelled: () -> Bool) throws -> Outcome {
        var cell = try take(isolation)
        let (module, base) = (cell.module, "\(folder)/\(cell.module)")
        cell.frontend.give(script)
        prepare()
        var linker = cell.linker
        let compiled = try cell.frontend.finish(isCancelled: isCancelled)
        let messages = CompilerMessage.parse(compiled.text)
        guard compiled.status == 0 else { return .failed(messages, output: compiled.text) }
        defer { unlink(base + ".o") }
        linker.give("INPUT(\"\(base).o\")\n")
        let linked = try linker.finish(isCancelled: isCancelled)
        guard linked.status == 0 else { return .failed([], output: linked.text) }
        let libraries = AutolinkEntries(objectFile: base + ".o").libraries
        return .compiled(CompiledCell(module: module, library: base + ".so", needs: libraries, messages: messages))
    }

    /// Cells from now on find the modules of a package.
    ///
    /// - Parameter includes: Arguments of the compiler, as `-I FOLDER`.
    package func include(_ includes: [String]) {
        state.withLock { state in
            state.includes += includes
            _ = state.prepared.take()
        }
    }

    private func take(_ isolation: Isolation) throws(ToolFailure) -> PreparedCell {
        try state.withLock { state throws(ToolFailure) in
            if isolation == .mainActor, let waiting = state.prepared.take() { return waiting }
            return try start(isolation, &state)
        }
    }

    /// Starts the tools for the next cell, unless they wait already.
    private func prepare() {
        state.withLock { state in
            if state.prepared == nil { state.prepared = try? start(.mainActor, &state) }
        }
    }

    private func start(_ isolation: Isolation, _ state: inout State) throws(ToolFailure) -> PreparedCell {
        state.count += 1
        let module = "Cell\(state.count)"
        let base = "\(folder)/\(module)"
        return PreparedCell(
            module: module,
            frontend: try ToolProcess(toolchain.frontend, frontendArguments(base, module, isolation) + state.includes),
            linker: try ToolProcess(toolchain.linker, linkerArguments(base)))
    }

    private func frontendArguments(_ base: String, _ module: String, _ isolation: Isolation) -> [String] {
        [
            "-frontend", "-c", "-module-name", module, "-enable-testing", "-disable-access-control", "-entry-point-function-name",
            CompiledCell.entryPoint(module), "-swift-version", "6", "-default-isolation", isolation.rawValue, "-Onone",
            // A trap leaves an access without its end, which the checks at run time would stumble over.
            "-enforce-exclusivity=unchecked", "-gline-tables-only", "-diagnostic-style", "llvm", "-no-color-diagnostics",
            // The cache is another one when they change.
            "-disable-modules-validate-system-headers",
            "-I", folder, "-I", modules.folder, "-module-cache-path", cache, "-emit-module", "-emit-module-path", base + ".swiftmodule", "-o",
            base + ".o", "-",
        ] + modules.moduleMaps.flatMap { ["-Xcc", "-fmodule-map-file=\($0)"] }
    }

    /// What the cell needs is in the process that loads it; libraries that are not there yet are loaded by their names.
    private func linkerArguments(_ base: String) -> [String] {
        ["-shared", "--threads=1", "--wrap=swift_errorInMain", "-z", "now", "-o", base + ".so", toolchain.startFile, "/dev/stdin"]
    }
}

/// The programs that will compile a cell.
private struct PreparedCell: ~Copyable {
    let module: String
    var frontend: ToolProcess
    var linker: ToolProcess
}

/// A cell that can be loaded.
package struct CompiledCell: Sendable {
    /// Unique in the session.
    package let module: String
    /// The path of its library.
    package let library: String
    /// The names of the libraries that its imports ask for, as `Foundation`.
    package let needs: [String]
    /// Warnings.
    package let messages: [CompilerMessage]

    /// The C function that runs the cell.
    package var entryPoint: String { Self.entryPoint(module) }

    static func entryPoint(_ module: String) -> String { "apus_\(module)" }
}
