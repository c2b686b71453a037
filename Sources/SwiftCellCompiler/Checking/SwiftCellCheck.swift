public import ApusJSON
public import ApusSession

/// Type-checks the cells of a notebook that are Swift code, in their order; nothing is run.
public final class SwiftCellCheck: SwiftCellChecking {
    private let compiler: CellCompiler
    private let folder: WorkFolder
    private let packages: PackageBuild
    private var scope: CellScope
    private var parameters: [String: JSON] = [:]

    /// - Parameters:
    ///   - modules: Where cells find the modules of the engine.
    ///   - search: Where they find modules.
    ///   - imports: The modules that every cell sees.
    /// - Throws: When there is no toolchain in its folder, or no place to work in.
    package init(toolchain: Toolchain, modules: CellModules, search: ModuleSearch, imports: [String]) throws {
        if let missing = toolchain.missingFile { throw CellError.noToolchain("\(missing) is missing") }
        folder = try WorkFolder()
        packages = PackageBuild(toolchain: toolchain, modules: modules, cache: CellModules.packageCache)
        compiler = CellCompiler(toolchain: toolchain, folder: folder.path, search: search, product: .modules)
        scope = CellScope(imports: imports)
    }

    public func check(_ source: CellSource, parameters: [String: JSON]) -> [CellMistake] {
        do {
            try declare(parameters)
            let (code, attempt) = try compiler.compile(source, in: scope, file: Self.file, isCancelled: { false })
            scope.add(code, module: attempt.module)
            guard case .failed(let messages, let output) = attempt.outcome else { return [] }
            let errors = messages.filter { $0.severity == .error && $0.file == Self.file }
            if errors.isEmpty, !messages.contains(where: { $0.severity == .error }) {
                throw CellError(messages, output: output, of: code, in: source, file: Self.file)
            }
            return errors.map { CellMistake("CompileError", $0.text, at: $0.range(of: code, in: source)) }
        } catch {
            return [CellMistake("NotChecked", "the cell was not compiled: \(error)", at: 0..<0)]
        }
    }

    public func use(_ path: String) throws {
        compiler.include(try packages.use(path, work: folder.path, isCancelled: { false }).arguments)
    }

    private static let file = "cell"

    private func declare(_ parameters: [String: JSON]) throws {
        let code = RewrittenCell(declaring: parameters, unlike: self.parameters)
        self.parameters = parameters
        guard let code else { return }
        let attempt = try compiler.compile(scope.script(code, file: Self.file), isCancelled: { false })
        scope.add(code, module: attempt.module)
    }
}
