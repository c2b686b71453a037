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

    package enum Product: Sendable {
        /// To be loaded.
        case libraries
        /// For the cells that are compiled after it; also a cell with mistakes leaves one.
        case modules
    }

    package enum Outcome: Sendable {
        case compiled(CompiledCell)
        case failed([CompilerMessage], output: String)
    }

    /// What an attempt to compile a cell gave.
    package typealias Attempt = (module: String, outcome: Outcome)

    private struct State: ~Copyable {
        var count = 0
        var prepared: PreparedCell?
        /// Of packages that cells use.
        var includes: [String] = []
    }

    private let toolchain: Toolchain
    private let folder: String
    private let search: ModuleSearch
    private let product: Product
    private let state = Mutex(State())

    /// - Parameters:
    ///   - folder: Where modules, objects and libraries of the session's cells are put.
    ///   - search: Where other modules are.
    package init(toolchain: Toolchain, folder: String, search: ModuleSearch, product: Product = .libraries) {
        self.toolchain = toolchain
        self.folder = folder
        self.search = search
        self.product = product
    }

    /// - Parameters:
    ///   - script: A whole script, with `#sourceLocation` before the user's lines.
    ///   - isolation: Of declarations that name none.
    ///   - isCancelled: Asked again and again.
    /// - Throws: `ToolFailure`; `CancellationError`.
    package func compile(_ script: String, isolation: Isolation = .mainActor, isCancelled: () -> Bool) throws -> Attempt {
        var cell = try take(isolation)
        let (module, base) = (cell.module, "\(folder)/\(cell.module)")
        // The object file is complete before the compiler has given back its memory, which takes longer than linking.
        let arrival = cell.linker == nil ? nil : FileArrival(of: module + ".o", in: folder)
        cell.frontend.give(script)
        prepare()
        var linker = cell.linker
        defer { unlink(base + ".o") }
        var isLinking = false
        let compiled = try cell.frontend.finish(
            isCancelled: isCancelled, arrival: arrival,
            arrived: {
                linker?.give("INPUT(\"\(base).o\")\n")
                isLinking = true
            })
        let messages = CompilerMessage.parse(compiled.text)
        guard compiled.status == 0, !messages.contains(where: { $0.severity == .error }) else {
            return (module, .failed(messages, output: compiled.text))
        }
        guard linker != nil else { return (module, .compiled(CompiledCell(module: module, library: "", needs: [], messages: messages))) }
        if !isLinking { linker?.give("INPUT(\"\(base).o\")\n") }
        guard let linked = try linker.take()?.finish(isCancelled: isCancelled) else { preconditionFailure("the linker is there") }
        guard linked.status == 0 else { return (module, .failed([], output: linked.text)) }
        let libraries = AutolinkEntries(objectFile: base + ".o").libraries
        return (module, .compiled(CompiledCell(module: module, library: base + ".so", needs: libraries, messages: messages)))
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
            linker: product == .libraries ? try ToolProcess(toolchain.linker, linkerArguments(base)) : nil)
    }

    private func frontendArguments(_ base: String, _ module: String, _ isolation: Isolation) -> [String] {
        let products =
            switch product {
            case .libraries:
                ["-c", "-emit-module", "-emit-module-path", base + ".swiftmodule", "-emit-module-doc-path", base + ".swiftdoc", "-o", base + ".o"]
            case .modules: ["-emit-module", "-experimental-allow-module-with-compiler-errors", "-o", base + ".swiftmodule"]
            }
        return [
            "-frontend", "-module-name", module, "-enable-testing", "-disable-access-control", "-entry-point-function-name",
            CompiledCell.entryPoint(module), "-swift-version", "6", "-default-isolation", isolation.rawValue, "-Onone",
            // A trap leaves an access without its end, which the checks at run time would stumble over.
            "-enforce-exclusivity=unchecked", "-gline-tables-only", "-diagnostic-style", "llvm", "-no-color-diagnostics",
            "-I", folder, "-",
        ] + products + search.arguments
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
    /// Nil where nothing is to be loaded.
    var linker: ToolProcess?
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
