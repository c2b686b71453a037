import CellSupport
public import SwiftAssistance
public import SwiftCellCompiler

/// What a session program needs to run cells of Swift.
public struct SwiftSession: Sendable {
    public let cells: SwiftCells
    /// Completes and explains what is typed into cells.
    public let assistant: SwiftAssistant
    private let main = MainThread()

    /// - Parameters:
    ///   - modules: Where cells find the modules that they may import.
    ///   - imports: Those that every cell sees.
    ///   - cache: A folder that outlives the process.
    public init?(modules: CellModules, imports: [String], cache: String) {
        guard let toolchain = Toolchain.ofThisProcess else { return nil }
        cells = SwiftCells(
            toolchain: toolchain, modules: modules, search: ModuleSearch(modules: modules, cache: cache), imports: imports, main: main)
        assistant = SwiftAssistant(program: toolchain.languageServer) { [cells] in cells.view(of: $0) }
    }

    /// Serves the main thread, on which cells run; returns after ``stop()``.
    public func serveMainThread() { main.serve() }

    public func stop() {
        // The front waits a little longer for the end of the process.
        assistant.close(within: .milliseconds(250))
        cells.close()
        main.stop()
    }
}
