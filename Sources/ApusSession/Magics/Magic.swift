public import ArgumentParser

/// One command of the cell language: `%%name --option value ...`, or `%name ...` as a line.
///
/// Options are declared once, with swift-argument-parser's property wrappers. Help, completion, tooltips, error messages and
/// `apus check` all come from that declaration. A magic is created anew for every cell, with its options parsed.
///
/// The cases of a `CaseIterable` option, and the values of a `completion: .list(...)`, are the only values that the option takes;
/// values that are mere offers come from ``values(for:in:)``. A `validate()` that throws is shown at the first option that its
/// message names (`--epochs must be positive`) or whose value it quotes (`there is no recipe 'x'`).
///
/// ## Adding a magic
///
/// Write one file, and add the type to the list that the session's ``MagicCatalogue`` is made of:
/// ```swift
/// struct CountMagic: Magic {
///     static let name = "count"
///     static let abstract = "Counts the words of the cell's body."
///     static let example = "%%count --unit lines\none two\nthree"
///     static let body = MagicBody.required("the text to count")
///     static let leaves: [any AnyWorkspaceKey] = [WorkspaceKeys.count]
///
///     @Option(help: "What to count: \(Unit.allValueStrings.joined(separator: ", ")).") var unit = Unit.words
///     @Flag(help: "Leave out blank lines.") var skipBlank = false
///
///     func run(_ cell: CellContext, in session: isolated CellSession) async throws {
///         let lines = cell.body?.lines.filter { !(skipBlank && $0.text.isEmpty) } ?? []
///         let progress = cell.progress("Counting", total: lines.count, unit: "lines")
///         var count = 0
///         for (index, line) in lines.enumerated() {
///             try cell.checkCancellation()
///             count += unit == .lines ? 1 : line.text.split(separator: " ").count
///             progress.update(completed: index + 1)
///         }
///         progress.finish()
///         cell.workspace[WorkspaceKeys.count] = count
///         cell.out.display(TableView(headers: ["unit", "count"], rows: [[unit.rawValue, String(count)]]).bundle)
///     }
/// }
///
/// enum Unit: String, CaseIterable, ExpressibleByArgument { case words, lines }
///
/// extension WorkspaceKeys {
///     static let count = WorkspaceKey<Int>("count", producedBy: "count") { "\($0) counted" }
/// }
/// ```
public protocol Magic: ParsableArguments {
    /// What stands after the percent signs: lower case, words joined by `-`.
    static var name: String { get }
    /// One sentence about what it does.
    static var abstract: String { get }
    /// More about it, in Markdown; may be empty.
    static var discussion: String { get }
    /// A cell that shows its use.
    static var example: String { get }
    /// Whether text follows the options.
    static var body: MagicBody { get }
    /// Whether it changes nothing and reads nothing but names, descriptions and parameters of the workspace, so that it can run beside
    /// the cell that runs.
    static var isReadOnly: Bool { get }
    /// What must be in the workspace before it runs, whatever its options.
    static var needs: [any AnyWorkspaceKey] { get }
    /// What it leaves in the workspace.
    static var leaves: [any AnyWorkspaceKey] { get }

    /// What must be in the workspace before it runs with these options; `Self.needs` unless overridden.
    var needs: [any AnyWorkspaceKey] { get }

    /// Does the work. The session's actor is held, so values of the workspace need not be `Sendable`.
    ///
    /// Whatever is thrown becomes the cell's error, and then the workspace is as before the cell. Long work looks at
    /// ``CellContext/shouldStop`` at least once a batch, or calls ``CellContext/checkCancellation()``.
    func run(_ cell: CellContext, in session: isolated CellSession) async throws

    /// Checks options and body without running, for `apus check`: mistakes go to ``CheckContext/report(_:)``.
    ///
    /// Options that can be checked alone belong in `validate()`, which is called here as well.
    func check(_ context: CheckContext)

    /// Values for an option or argument beyond those its declaration lists, such as files, recipes or layers.
    static func values(for option: OptionDeclaration, in context: AssistanceContext) -> [Completions.Item]

    /// What may stand at a place of the body.
    static func completions(inBody body: CellBody, at place: BodyPlace, in context: AssistanceContext) -> [Completions.Item]

    /// What is known about the word at a place of the body.
    static func inspection(inBody body: CellBody, at place: BodyPlace, in context: AssistanceContext) -> MIMEBundle?
}

extension Magic {
    public static var discussion: String { "" }
    public static var body: MagicBody { .none }
    public static var isReadOnly: Bool { false }
    public static var needs: [any AnyWorkspaceKey] { [] }
    public static var leaves: [any AnyWorkspaceKey] { [] }
    public var needs: [any AnyWorkspaceKey] { Self.needs }
    public func check(_ context: CheckContext) {}
    public static func values(for option: OptionDeclaration, in context: AssistanceContext) -> [Completions.Item] { [] }
    public static func completions(inBody body: CellBody, at place: BodyPlace, in context: AssistanceContext) -> [Completions.Item] { [] }
    public static func inspection(inBody body: CellBody, at place: BodyPlace, in context: AssistanceContext) -> MIMEBundle? { nil }
}

/// Whether a magic takes text after its options, and what that text is.
public enum MagicBody: Sendable, Equatable {
    case none
    case optional(String)
    case required(String)
    /// The rest of the line or cell is itself a cell, which ``CellContext/runNested(in:)`` runs.
    case cell(String)

    /// Whether the options end where the first line of text begins.
    var takesText: Bool {
        switch self {
        case .optional, .required: true
        case .none, .cell: false
        }
    }

    /// What the text is, in a few words.
    public var summary: String? {
        switch self {
        case .none: nil
        case .optional(let summary), .required(let summary), .cell(let summary): summary
        }
    }
}
