import ApusJSON

/// Reads the cells of a notebook in order without running them.
///
/// Finds unknown magics, options, values and parameters, missing predecessors, mistakes in bodies, and what the compiler says about Swift code.
public struct CellChecker: Sendable {
    private let catalogue: MagicCatalogue
    private let environment: SessionEnvironment
    private let makeSwift: @Sendable () -> (any SwiftCellChecking)?

    /// - Parameter swift: Makes what reads the cells of Swift code of one notebook; nil where they would not run.
    public init(
        magics: [any Magic.Type], environment: SessionEnvironment = .current,
        swift: @escaping @Sendable () -> (any SwiftCellChecking)? = { nil }
    ) {
        catalogue = MagicCatalogue(magics)
        self.environment = environment
        makeSwift = swift
    }

    /// What is wrong with the cells, in their order.
    public func check(_ cells: [String]) -> [CellDiagnostic] {
        var pass = CheckPass(catalogue: catalogue, environment: environment, makeSwift: makeSwift)
        for (index, code) in cells.enumerated() { pass.check(CellSource(code), cell: index) }
        return pass.diagnostics
    }
}

private struct CheckPass {
    let catalogue: MagicCatalogue
    let environment: SessionEnvironment
    /// Made with the first cell that is Swift code.
    lazy var swift: (any SwiftCellChecking)? = makeSwift()
    private let makeSwift: () -> (any SwiftCellChecking)?
    var parameters: [String: JSON] = [:]
    var plan = CheckPlan()
    var diagnostics: [CellDiagnostic] = []
    /// Keys that were reported as missing: the cells after it would only say so again.
    private var reported: Set<String> = []
    /// Whether a cell of Swift code came before: it may set any parameter, or is a parameter cell with a mistake, which was reported.
    private var parametersAreUnknown = false

    init(catalogue: MagicCatalogue, environment: SessionEnvironment, makeSwift: @escaping () -> (any SwiftCellChecking)?) {
        self.catalogue = catalogue
        self.environment = environment
        self.makeSwift = makeSwift
    }

    mutating func check(_ source: CellSource, cell: Int) {
        do {
            switch try CellParser(source, catalogue).parse() {
            case .statements(let statements): check(statements, source, cell)
            case .swift(let code):
                if source.hasMagics, swift != nil {
                    report(SwiftCellsUnavailable.mixed(code), .error, source, cell)
                    parametersAreUnknown = true
                } else {
                    check(code, source, cell)
                }
            }
        } catch {
            // What the cell language does not take, Swift may.
            guard !source.hasMagics, swift != nil else { return report(error, .error, source, cell) }
            check(SwiftCode(range: 0..<source.count), source, cell)
        }
    }

    private mutating func check(_ code: SwiftCode, _ source: CellSource, _ cell: Int) {
        parametersAreUnknown = true
        guard let swift else { return report(SwiftCellsUnavailable.mistake(code, catalogue), .error, source, cell) }
        for mistake in swift.check(source, parameters: parameters) { report(mistake, .error, source, cell) }
    }

    private mutating func check(_ statements: [CellStatement], _ source: CellSource, _ cell: Int) {
        for statement in statements {
            switch statement {
            case .parameter(let assignment): parameters[assignment.name] = assignment.value
            case .help(let help):
                if !help.name.isEmpty, catalogue.type(named: help.name) == nil {
                    report(catalogue.unknownMagic(help.name, spelled: help.spelled, at: help.nameRange), .error, source, cell)
                }
            case .magic(let call): check(call, source, cell)
            }
        }
    }

    private mutating func check(_ call: MagicCall, _ source: CellSource, _ cell: Int) {
        guard let declaration = catalogue.declaration(named: call.name) else {
            report(catalogue.unknownMagic(call.name, spelled: call.spelled, at: call.nameRange), .error, source, cell)
            return
        }
        // What a cell leaves counts even where it has mistakes: the cells after it are not to blame.
        defer { for key in declaration.type.leaves { plan.add(key) } }
        let binder = ArgumentBinder(declaration, call, parameters: parameters)
        for mistake in binder.mistakes where !parametersAreUnknown || mistake.name != ParameterExpansion.unknownName {
            report(mistake, .error, source, cell)
        }
        if let mistake = MissingBody.mistake(declaration.type, call) { report(mistake, .error, source, cell) }
        guard binder.mistakes.isEmpty else { return }
        do {
            let magic = try binder.makeMagic()
            for key in magic.needs where !plan.contains(key) && reported.insert(key.name).inserted {
                let missing = MissingWorkspaceValue(key, neededBy: call.name)
                report(
                    CellMistake("MissingPredecessor", missing.title, at: call.nameRange, hint: "put a %%\(key.producer) cell before it"), .error,
                    source, cell)
            }
            let context = CheckContext(call: call, source: source, parameters: parameters, environment: environment, plan: plan)
            magic.check(context)
            plan = context.plan
            if magic is ResetMagic { plan.removeAll() }
            if let use = magic as? UseMagic { check(use, call, source, cell) }
            for (severity, mistake) in context.diagnostics { report(mistake, severity, source, cell) }
        } catch { report(error, .error, source, cell) }
        check(call.nested, source, cell)
        if let range = call.nestedSwift { check(SwiftCode(range: range), source.part(range), cell) }
    }

    private mutating func check(_ use: UseMagic, _ call: MagicCall, _ source: CellSource, _ cell: Int) {
        let range = call.tokens.last?.range ?? call.nameRange
        guard let swift else { return report(SwiftCellsUnavailable.mistake(SwiftCode(range: range), catalogue), .error, source, cell) }
        do { try swift.use(environment.absolutePath(use.path)) } catch {
            let error = CellError(error, in: source, interrupted: false)
            report(CellMistake(error.name, error.message, at: range), .error, source, cell)
        }
    }

    private mutating func report(_ mistake: CellMistake, _ severity: CellDiagnostic.Severity, _ source: CellSource, _ cell: Int) {
        let position = source.position(of: mistake.range?.lowerBound ?? 0)
        diagnostics.append(
            CellDiagnostic(severity, cell: cell, position: position, name: mistake.name, message: mistake.message, hint: mistake.hint))
    }
}
