import ApusJSON
public import ApusSession
import ApusThreads
import CSwiftCells
package import CellSupport
import Glibc
import Synchronization

/// Runs cells of Swift code in this process: each is compiled to a library that sees the ones before, and loaded.
///
/// Sources: the mechanism is that of the Swift REPL in LLDB and of evcxr for Rust, without a debugger.
public final class SwiftCells: SwiftCellRunner {
    private struct State {
        var folder: WorkFolder?
        /// How many libraries were compiled.
        var count = 0
        /// The module that a cell sees first; it leads to all before.
        var last: String?
        /// What earlier cells imported.
        var imports: [String] = []
        /// The parameters as Swift code knows them.
        var parameters: [String: JSON] = [:]
    }

    private let toolchain: Toolchain
    private let modules: CellModules
    private let imports: [String]
    private let cache: String
    private let main: MainThread
    private let state = Mutex(State())

    /// - Parameters:
    ///   - imports: The modules that every cell sees.
    ///   - cache: A folder that outlives the process, for what the compiler has read of system modules.
    ///   - main: Serves the main thread of this process.
    package init(toolchain: Toolchain, modules: CellModules, imports: [String], cache: String, main: MainThread) {
        self.toolchain = toolchain
        self.modules = modules
        self.imports = imports
        self.cache = cache
        self.main = main
    }

    public func reset() {
        state.withLock { state in
            state.last = nil
            state.imports = []
            state.parameters = [:]
        }
        main.run { MainActor.assumeIsolated { CellVariables.shared.forget(all: true) } }
    }

    public func interrupt() { CellHost.shared.interrupt() }

    public func run(_ cell: SwiftCell) throws {
        if let missing = toolchain.missingFile { throw CellError.noToolchain("\(missing) is missing") }
        do {
            try declareParameters(of: cell)
            let rewriter = CellRewriter(cell.source.text)
            var code = rewriter.rewrite(shows: true)
            var compiled = try compile(code.code, number: cell.executionCount)
            if case .failed(let messages, _) = compiled.outcome, messages.contains(where: { $0.text.contains("different actor isolation") }) {
                // Swift 6.3 refuses subclasses of classes without an initializer of their own on the main actor.
                let other = try compile(code.code, number: cell.executionCount, isolation: .nonisolated)
                if case .compiled = other.outcome { compiled = other }
            }
            if case .failed = compiled.outcome, code.isWrapped {
                code = rewriter.rewrite(shows: false)
                compiled = try compile(code.code, number: cell.executionCount)
            }
            switch compiled.outcome {
            case .failed(let messages, let output): throw CellError(messages, output: output, of: code, in: cell)
            case .compiled(let library, let messages):
                if cell.interruption.isRequested { throw CancellationError() }
                let warnings = messages.filter { $0.severity == .warning }
                for line in CellError.report(warnings, of: code, in: cell) { cell.out.write(line + "\n", to: .stderr) }
                try run(cell, code, LoadedCell(library: library, module: compiled.module), module: compiled.module)
            }
        } catch let failure as ToolFailure {
            throw CellError.noToolchain("\(failure.program): \(failure.reason)")
        } catch let failure as LoadingFailure {
            throw CellError(name: "NotLoaded", title: "the compiled cell cannot be loaded: \(failure.reason)", hint: "restart the kernel")
        }
    }

    // MARK: Compiling

    private func compile(
        _ code: String, number: Int, isolation: CellCompiler.Isolation = .mainActor
    ) throws -> (outcome: CellCompiler.Outcome, module: String) {
        let (folder, module, last, earlier) = try state.withLock { state in
            if state.folder == nil { state.folder = try WorkFolder() }
            state.count += 1
            return (state.folder!.path, "Cell\(state.count)", state.last, state.imports)
        }
        var lines = (imports + earlier).map { "import \($0)" }
        if let last { lines.append("@_exported import \(last)") }
        lines.append("#sourceLocation(file: \"cell [\(number)]\", line: 1)")
        let compiler = CellCompiler(toolchain: toolchain, folder: folder, modules: modules, cache: cache)
        return (try compiler.compile(lines.joined(separator: "\n") + "\n" + code + "\n", module: module, isolation: isolation), module)
    }

    /// Declares the parameters that magics or parameter cells have set since the last cell of Swift.
    private func declareParameters(of cell: SwiftCell) throws {
        let known = state.withLock { $0.parameters }
        let changed = cell.workspace.parameterNames.compactMap { name -> String? in
            guard let value = cell.workspace.parameters[name], value != known[name] else { return nil }
            return SwiftLiteral(value).map { "let `\(name)`: \($0.type) = \($0.text)" }
        }
        state.withLock { $0.parameters = cell.workspace.parameters }
        guard !changed.isEmpty else { return }
        let compiled = try compile(changed.joined(separator: "\n"), number: cell.executionCount)
        guard case .compiled(let library, _) = compiled.outcome else { return }
        let loaded = try LoadedCell(library: library, module: compiled.module)
        main.run { _ = cswiftcells_run(loaded.entry) }
        state.withLock { $0.last = compiled.module }
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
            outcome.declared = MainActor.assumeIsolated { CellVariables.shared.declaredNow }
        }
        let (end, declared) = (outcome.end, outcome.declared)
        keep(code, module: module, declared: declared, cell)
        switch end {
        case .ended: if cell.interruption.isRequested { throw CancellationError() }
        case .threw(let error): throw error
        case .interrupted: throw CancellationError()
        case .trapped(let signal, let frames): throw trap(signal, frames)
        }
    }

    /// Later cells see this one if it came to declare all its variables: the others hold nothing that may be read.
    private func keep(_ code: RewrittenCell, module: String, declared: Set<String>, _ cell: SwiftCell) {
        guard code.variables.allSatisfy(declared.contains) else {
            main.run { MainActor.assumeIsolated { CellVariables.shared.forget(all: false) } }
            cell.out.write("what this cell declares was not kept, because it ended before all its variables had values\n", to: .stderr)
            return
        }
        state.withLock { state in
            state.last = module
            state.imports += code.imports.filter { !state.imports.contains($0) }
        }
        nonisolated(unsafe) let workspace = cell.workspace
        main.run {
            MainActor.assumeIsolated {
                var others: [WorkspaceListing] = []
                for (name, value, cell) in CellVariables.shared.values {
                    if let json = SwiftLiteral.json(value) {
                        workspace.setParameter(name, to: json)
                    } else {
                        let text = MIMEBundle(showing: value).text ?? ""
                        others.append(
                            WorkspaceListing(
                                name: name, summary: "\(type(of: value)): \(text.prefix(60))".replacing("\n", with: " "), producer: "", cell: cell))
                    }
                }
                workspace.setVariables(others)
                // Also when the cell fails: variables keep what it has done to them.
                workspace.commit()
            }
        }
        let parameters = workspace.parameters
        state.withLock { $0.parameters = parameters }
    }

    private func trap(_ signal: Int32, _ frames: [UInt]) -> CellError {
        let scratch = state.withLock { $0.folder?.path ?? "/tmp" } + "/backtrace.log"
        let lines = Backtrace(frames, toolchain: toolchain, scratch: scratch).lines
        let what =
            signal == SIGSEGV || signal == SIGBUS ? "the cell used memory that is not its own, or too much of the stack" : "a check of Swift's failed"
        return CellError(
            name: "Trap", title: what + (lines.first.map { ": \($0)" } ?? ""), details: lines.map { "    \($0)" },
            hint: "the reason is above; variables are kept, but what the cell was changing may be half changed")
    }
}

/// What the main thread leaves for the session's thread, which waits for it.
private final class Outcome: @unchecked Sendable {
    // Safe: one thread writes, and the other reads after it has been told of the end.
    var end = CellEnd.ended
    var declared: Set<String> = []
}

extension CellError {
    static func noToolchain(_ reason: String) -> CellError {
        CellError(
            name: "NoSwiftToolchain", title: "cells of Swift need the Swift toolchain: \(reason)",
            hint: "install Swift from https://www.swift.org/install and start the kernel again; magics work without it")
    }
}
