import ApusJSON

/// Runs the statements of one cell.
struct CellRunner {
    let session: CellSession
    let source: CellSource
    let request: CellRequest
    let output: CellOutput
    let workspace: Workspace
    let interruption: Interruption
    let client: any SessionClient

    func run(in session: isolated CellSession) async throws {
        let catalogue = session.catalogue
        switch try parse(catalogue, hasSwift: session.swift != nil) {
        case .statements(let statements):
            // A mistake in the last line must not come after an hour of work for the first.
            var parameters = workspace.parameters
            try check(statements, &parameters)
            try await run(statements, in: session)
        case .swift(let code):
            guard session.swift != nil else { throw SwiftCellsUnavailable.mistake(code, catalogue) }
            if source.hasMagics { throw SwiftCellsUnavailable.mixed(code) }
            try await run(swift: 0..<source.count, in: session)
        }
    }

    private func parse(_ catalogue: MagicCatalogue, hasSwift: Bool) throws(CellMistake) -> ParsedCell {
        do {
            return try CellParser(source, catalogue).parse()
        } catch {
            // What the cell language does not take, such as a text of several lines, Swift may; if not, its compiler says why.
            guard hasSwift, !source.hasMagics else { throw error }
            return .swift(SwiftCode(range: 0..<source.count))
        }
    }

    /// Runs a part of the cell that is Swift code.
    func run(swift range: Range<Int>, as purpose: SwiftCell.Purpose = .running, in session: isolated CellSession) async throws {
        try await withSwift(at: range, as: purpose, in: session) { swift, cell in try swift.run(cell) }
    }

    /// Makes a package importable.
    ///
    /// - Parameter range: Where the cell names it.
    func use(_ path: String, at range: Range<Int>, in session: isolated CellSession) async throws {
        let place = session.environment.absolutePath(path)
        try await withSwift(at: range, as: .running, in: session) { swift, cell in try swift.use(place, for: cell) }
    }

    private func withSwift(
        at range: Range<Int>, as purpose: SwiftCell.Purpose, in session: isolated CellSession,
        _ body: (any SwiftCellRunner, SwiftCell) throws -> Void
    ) async throws {
        guard let swift = session.swift else { throw SwiftCellsUnavailable.mistake(SwiftCode(range: range), session.catalogue) }
        let cell = SwiftCell(self, source: source.part(range), purpose: purpose, environment: session.environment)
        defer { cell.close() }
        try await withTaskCancellationHandler {
            try body(swift, cell)
        } onCancel: {
            swift.interrupt()
        }
    }

    /// - Throws: The first unknown magic, option, value or parameter.
    private func check(_ statements: [CellStatement], _ parameters: inout [String: JSON]) throws(CellMistake) {
        for statement in statements {
            switch statement {
            case .parameter(let assignment): parameters[assignment.name] = assignment.value
            case .help(let help):
                guard !help.name.isEmpty, session.catalogue.type(named: help.name) == nil else { break }
                throw session.catalogue.unknownMagic(help.name, spelled: help.spelled, at: help.nameRange)
            case .magic(let call):
                let declaration = try declaration(of: call)
                if let mistake = ArgumentBinder(declaration, call, parameters: parameters).mistakes.first { throw mistake }
                try check(call.nested, &parameters)
            }
        }
    }

    private func declaration(of call: MagicCall) throws(CellMistake) -> MagicDeclaration {
        if let declaration = session.catalogue.declaration(named: call.name) { return declaration }
        throw session.catalogue.unknownMagic(call.name, spelled: call.spelled, at: call.nameRange)
    }

    func run(_ statements: [CellStatement], in session: isolated CellSession) async throws {
        for statement in statements {
            if interruption.isRequested || Task.isCancelled { throw CancellationError() }
            switch statement {
            case .parameter(let assignment): workspace.setParameter(assignment.name, to: assignment.value)
            case .help(let help): output.display(HelpPage(session.catalogue).page(for: help))
            case .magic(let call): try await run(call, in: session)
            }
        }
    }

    private func run(_ call: MagicCall, in session: isolated CellSession) async throws {
        let declaration = try declaration(of: call)
        let magic = try session.magic(ArgumentBinder(declaration, call, parameters: workspace.parameters))
        if let mistake = MissingBody.mistake(declaration.type, call) { throw mistake }
        workspace.consumer = call.name
        for key in magic.needs where !workspace.contains(key) { throw MissingWorkspaceValue(key, neededBy: call.name) }
        let context = CellContext(call, runner: self, environment: session.environment)
        defer { context.close() }
        try await magic.run(context, in: session)
    }
}

/// A magic whose body must not be empty.
enum MissingBody {
    static func mistake(_ type: any Magic.Type, _ call: MagicCall) -> CellMistake? {
        guard case .required(let summary) = type.body, call.body?.isEmpty ?? true else { return nil }
        return CellMistake(
            "MissingBody", "\(call.spelled) needs a body: \(summary)", at: call.nameRange,
            details: ["for example:"] + type.example.split(separator: "\n").map { "    \($0)" },
            hint: call.isCell ? "write it on the lines after the options" : "write `%%\(call.name)` as a cell of its own, and the body below")
    }
}

/// The error of a cell of Swift code.
enum SwiftCellsUnavailable {
    static let name = "SwiftCellsUnavailable"

    /// Where there are cells of Swift, but this one has magics too.
    static func mixed(_ code: SwiftCode) -> CellMistake {
        CellMistake(
            "MixedCell", "a cell holds magics or Swift code, not both", at: code.range,
            hint: "put the Swift code into a cell of its own; `let name = literal` may stand beside magics")
    }

    static func mistake(_ code: SwiftCode, _ catalogue: MagicCatalogue) -> CellMistake {
        var message = "this cell is Swift code, which needs the Swift toolchain that Apus was built with, and `./kernelspec/install`"
        if let reason = code.reason { message = "\(reason), so \(message)" }
        return CellMistake(
            name, message, at: code.range,
            details: [
                "a cell may hold `let name = literal` lines (numbers, strings, true, false, arrays), comments, and magics:",
                "    " + catalogue.names.map { "%%\($0)" }.joined(separator: " "),
            ], hint: "`%lsmagic` says what each of them does")
    }
}
