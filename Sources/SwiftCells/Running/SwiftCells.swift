import ApusJSON
public import ApusSession
import ApusThreads
import CSwiftCells
package import CellSupport
import Glibc
import SwiftAssistance
package import SwiftCellCompiler
import Synchronization

/// Runs cells of Swift code in this process: each is compiled to a library that sees the ones before, and loaded.
///
/// Sources: the mechanism is that of the Swift REPL in LLDB and of evcxr for Rust, without a debugger.
public final class SwiftCells: SwiftCellRunner {
    private struct State {
        var folder: WorkFolder?
        var compiler: CellCompiler?
        var scope: CellScope
        /// The packages that cells use, by their paths.
        var packages: [String: UsedPackage] = [:]
        /// The parameters as Swift code knows them.
        var parameters: [String: JSON] = [:]
    }

    private let toolchain: Toolchain
    private let modules: CellModules
    private let search: ModuleSearch
    private let imports: [String]
    private let main: MainThread
    private let state: Mutex<State>

    /// - Parameters:
    ///   - modules: Where cells find the modules of the engine.
    ///   - search: Where they find modules.
    ///   - imports: The modules that every cell sees.
    ///   - main: Serves the main thread of this process.
    package init(toolchain: Toolchain, modules: CellModules, search: ModuleSearch, imports: [String], main: MainThread) {
        self.toolchain = toolchain
        self.modules = modules
        self.search = search
        self.imports = imports
        self.main = main
        state = Mutex(State(scope: CellScope(imports: imports)))
        // Before a cell of Swift comes, if it can be: most notebooks begin with magics.
        _ = Thread(name: "apus-warm") { search.warm(toolchain, imports: imports + ["Foundation"]) }
    }

    public func reset() {
        state.withLock { state in
            state.scope = CellScope(imports: imports)
            state.parameters = [:]
        }
        main.run { MainActor.assumeIsolated { CellVariables.shared.forget() } }
    }

    /// Ends the tools that wait for a cell, and removes the folder of the cells' files. What is loaded stays.
    package func close() {
        state.withLock { state in
            state.compiler = nil
            state.folder = nil
        }
    }

    public func interrupt() { CellHost.shared.interrupt() }

    public func run(_ cell: SwiftCell) throws {
        try explaining {
            try declareParameters(of: cell)
            let (scope, file) = (state.withLock { $0.scope }, cell.file)
            let (code, attempt) = try compiler().compile(
                cell.source, for: cell.purpose, in: scope, file: file, isCancelled: { cell.interruption.isRequested })
            switch attempt.outcome {
            case .failed(let messages, let output): throw CellError(messages, output: output, of: code, in: cell.source, file: file)
            case .compiled(let compiled):
                if cell.interruption.isRequested { throw CancellationError() }
                // Of code that is timed it is no mistake to leave its values.
                let warnings = cell.purpose == .running ? compiled.messages.filter { $0.severity == .warning } : []
                for line in CellError.report(warnings, of: code, in: cell.source, file: file) { cell.out.write(line + "\n", to: .stderr) }
                try run(cell, code, LoadedCell(compiled), module: compiled.module)
            }
        }
    }

    /// Runs `body`; failures of the tools become errors that say what to do.
    private func explaining(_ body: () throws -> Void) throws {
        do { try body() } catch let failure as ToolFailure {
            throw CellError.noToolchain("\(failure.program): \(failure.reason)")
        } catch let failure as FolderFailure {
            throw CellError(
                name: "NoWorkFolder", title: "there is no folder to compile in: \(failure.folder): \(failure.reason)",
                hint: "make room there, or set TMPDIR to another folder and restart the kernel")
        } catch let failure as LoadingFailure {
            throw CellError(name: "NotLoaded", title: "the compiled cell cannot be loaded: \(failure.reason)", hint: "restart the kernel")
        }
    }

    // MARK: Packages

    public func use(_ path: String, for cell: SwiftCell) throws {
        try explaining {
            let compiler = try compiler()
            let (work, known) = state.withLock { ($0.folder?.path ?? "", $0.packages[path]) }
            if let known { return cell.out.print("\(known.name) is used already; restart the kernel after you have changed it") }
            let bar = cell.progress("Building \(path.split(separator: "/").last ?? "the package")", total: nil, unit: "steps")
            let build = PackageBuild(toolchain: toolchain, modules: modules, cache: CellModules.packageCache)
            let package = try build.use(path, work: work, isCancelled: { cell.interruption.isRequested })
            bar.finish()
            try LoadedCell.load(package)
            compiler.include(package.arguments)
            state.withLock { $0.packages[path] = package }
            cell.out.print(package.modules.map { "import \($0)" }.joined(separator: "\n"))
        }
    }

    // MARK: Compiling

    private func compiler() throws -> CellCompiler {
        try state.withLock { state in
            if let compiler = state.compiler { return compiler }
            if let missing = toolchain.missingFile { throw CellError.noToolchain("\(missing) is missing") }
            let folder = try WorkFolder()
            let compiler = CellCompiler(toolchain: toolchain, folder: folder.path, search: search)
            state.folder = folder
            state.compiler = compiler
            return compiler
        }
    }

    /// Declares the parameters that magics or parameter cells have set since the last cell of Swift.
    private func declareParameters(of cell: SwiftCell) throws {
        let (known, scope) = state.withLock { ($0.parameters, $0.scope) }
        state.withLock { $0.parameters = cell.workspace.parameters }
        guard let code = RewrittenCell(declaring: cell.workspace.parameters, unlike: known) else { return }
        let attempt = try compiler().compile(scope.script(code, file: cell.file), isCancelled: { cell.interruption.isRequested })
        guard case .compiled(let compiled) = attempt.outcome else { return }
        let loaded = try LoadedCell(compiled)
        main.run { _ = cswiftcells_run(loaded.entry) }
        state.withLock { $0.scope.add(code, module: compiled.module) }
    }

    // MARK: Assistance

    /// What the code of a cell sees now; nil where none can be compiled.
    ///
    /// - Parameter parameters: By name, as the session knows them.
    func view(of parameters: [String: JSON]) -> SwiftView? {
        guard (try? compiler()) != nil else { return nil }
        return state.withLock { state in
            guard let folder = state.folder?.path else { return nil }
            let constants = RewrittenCell(declaring: parameters, unlike: state.parameters)?.code
            let packages = state.packages.values.sorted { $0.name < $1.name }
            return SwiftView(
                preamble: (state.scope.allImports + [constants].compactMap { $0 }).joined(separator: "\n"), folder: folder,
                arguments: search.readingArguments(cells: folder) + packages.flatMap(\.arguments))
        }
    }

    // MARK: Running

    private func run(_ cell: SwiftCell, _ code: RewrittenCell, _ loaded: LoadedCell, module: String) throws {
        let interrupter = Interrupter()
        CellHost.shared.begin(cell)
        defer { CellHost.shared.end() }
        let outcome = Outcome()
        main.run {
            MainActor.assumeIsolated { CellVariables.shared.begin(cell.executionCount) }
            interrupter.whileRunning {
                outcome.end = CellEnd(cswiftcells_run(loaded.entry))
                fflush(nil)
            }
            outcome.reached = MainActor.assumeIsolated { CellVariables.shared.reached }
        }
        keep(code, module: module, reached: outcome.reached, cell)
        switch outcome.end {
        case .ended: if cell.interruption.isRequested { throw CancellationError() }
        case .threw(let error): throw error
        case .interrupted: throw CancellationError()
        case .trapped(let signal, let frames): throw trap(signal, frames)
        }
    }

    /// Later cells see this one if it came to declare all its variables: the others hold nothing that may be read.
    private func keep(_ code: RewrittenCell, module: String, reached: Set<String>, _ cell: SwiftCell) {
        guard code.variables.allSatisfy(reached.contains) else {
            main.run { MainActor.assumeIsolated { CellVariables.shared.undo() } }
            cell.out.write("what this cell declares was not kept, because it ended before all its variables had values\n", to: .stderr)
            return
        }
        state.withLock { $0.scope.add(code, module: module) }
        nonisolated(unsafe) let workspace = cell.workspace
        main.run { MainActor.assumeIsolated { CellVariables.shared.publish(in: workspace) } }
        let parameters = workspace.parameters
        state.withLock { $0.parameters = parameters }
    }

    private func trap(_ signal: Int32, _ frames: [UInt]) -> CellError {
        let lines = Backtrace(frames, toolchain: toolchain).lines
        let what =
            signal == SIGSEGV || signal == SIGBUS ? "the cell used memory that is not its own, or too much of the stack" : "a check of Swift's failed"
        return CellError(
            name: "Trap", title: what + (lines.first.map { ": \($0)" } ?? ""), details: lines.map { "    \($0)" },
            hint: "the reason is above; variables are kept, but what the cell was changing may be half changed")
    }
}

extension SwiftCell {
    /// The name of the cell in messages of the compiler and in backtraces.
    fileprivate var file: String { "cell [\(executionCount)]" }
}

/// What the main thread leaves for the session's thread, which waits for it.
private final class Outcome: @unchecked Sendable {
    // Safe: one thread writes, and the other reads after it has been told of the end.
    var end = CellEnd.ended
    var reached: Set<String> = []
}
