import Glibc

/// Where the compiler finds modules, and keeps what it has read of them.
package struct ModuleSearch: Sendable {
    private let modules: CellModules
    private let cache: String

    /// - Parameters:
    ///   - modules: Where the modules of the engine are, and the module maps of its C parts.
    ///   - cache: A folder for all sessions of this user.
    package init(modules: CellModules, cache: String) {
        self.modules = modules
        self.cache = cache
    }

    var arguments: [String] {
        // The system's headers need not be looked at each time: the cache is another one when they change.
        ["-I", modules.folder, "-module-cache-path", cache, "-disable-modules-validate-system-headers"]
            + modules.moduleMaps.flatMap { ["-Xcc", "-fmodule-map-file=\($0)"] }
    }

    /// The same for the compiler's driver, whose arguments SourceKit-LSP takes.
    private var driverArguments: [String] {
        arguments.flatMap { $0 == "-disable-modules-validate-system-headers" ? ["-Xfrontend", $0] : [$0] }
    }

    /// The driver's arguments with which code is read as it is in a cell.
    ///
    /// - Parameter folder: Where the modules of cells are.
    package func readingArguments(cells folder: String) -> [String] {
        [
            "-module-name", "Question", "-swift-version", "6", "-default-isolation", CellCompiler.Isolation.mainActor.rawValue, "-enable-testing",
            "-Xfrontend", "-disable-access-control", "-I", folder,
        ] + driverArguments
    }

    /// Has the compiler read what cells will import, unless it has done so for this version of the engine: with nothing in the cache that takes
    /// the better part of a second. Failures are left to the first cell, which reports them.
    ///
    /// - Parameter imports: The modules.
    package func warm(_ toolchain: Toolchain, imports: [String]) {
        var status = stat()
        stat(modules.folder, &status)
        let (mark, version) = ("\(cache)/warmed", "\(modules.folder) \(status.st_mtim.tv_sec).\(status.st_mtim.tv_nsec)\n")
        guard toolchain.missingFile == nil, Self.text(mark) != version else { return }
        let frontend = ["-frontend", "-typecheck", "-module-name", "Warming", "-swift-version", "6"] + arguments + ["-"]
        guard var process = try? ToolProcess(toolchain.frontend, frontend) else { return }
        process.yieldToOthers()
        process.give(imports.map { "import \($0)\n" }.joined())
        guard let run = try? process.finish(isCancelled: { false }), run.status == 0, let file = fopen(mark, "w") else { return }
        fputs(version, file)
        fclose(file)
    }

    private static func text(_ path: String) -> String? {
        guard let file = fopen(path, "r") else { return nil }
        defer { fclose(file) }
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX) + 64)
        return fgets(&buffer, Int32(buffer.count), file).map { String(cString: $0) }
    }
}
