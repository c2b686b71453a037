/// What runs cells: the boundary between the fronts (Jupyter kernel, headless runner) and everything that executes.
///
/// A front knows nothing else about cells. All values that cross it are plain and `Sendable`, so that a conformer may
/// live in this process or speak to another one. Offsets into code count Unicode scalars, as the Jupyter messaging
/// protocol does since version 5.2.
public protocol Session: Sendable {
    /// Begins one cell and returns: `client` takes its outputs and then `completion` its reply, on any thread, perhaps before this
    /// returns. Cells of one session never overlap: a second one waits for the first.
    ///
    /// Mistakes of the user are part of the reply.
    ///
    /// - Parameter completion: Called once; the session waits for its end.
    /// - Returns: What asks this cell to stop; does nothing when the cell has ended.
    func start(
        _ request: CellRequest, client: any SessionClient, completion: @escaping @Sendable (CellReply) -> Void
    ) -> @Sendable () -> Void

    /// Runs a cell that only reads what the session holds, beside the cell that runs. Answers while a cell runs.
    ///
    /// - Returns: Nil when the cell does more than that, and has to wait for its turn in ``start(_:client:completion:)``.
    func runReadOnly(_ request: CellRequest) async -> FinishedCell?

    /// Asks the running cell to stop at the next safe point; does nothing when none is running. State is kept.
    func interrupt()

    /// What could stand at `cursor`. Answers while a cell runs.
    func complete(_ code: String, cursor: Int) async -> Completions

    /// What is known about the word at `cursor`; nil when nothing is. Answers while a cell runs.
    func inspect(_ code: String, cursor: Int, detail: InspectionDetail) async -> MIMEBundle?

    /// Whether `code` is ready to run. Answers while a cell runs.
    func completeness(of code: String) async -> Completeness

    /// Name and highlighting of the cell language.
    var language: LanguageInfo { get }

    /// Interrupts what is running, waits for its end, and frees what the session holds.
    func close() async
}

extension Session {
    /// No cell is known to only read.
    public func runReadOnly(_ request: CellRequest) async -> FinishedCell? { nil }

    /// Runs one cell to its end. Every output reaches `client` before this returns. Cancelling the calling task is an interrupt.
    public func execute(_ request: CellRequest, client: any SessionClient) async -> CellReply {
        let stop = CellStop()
        return await withTaskCancellationHandler {
            if stop.isRequested { return CellReply(.error(.interrupted(hasCommitted: false))) }
            return await withCheckedContinuation { continuation in
                stop.attach(start(request, client: client) { continuation.resume(returning: $0) })
            }
        } onCancel: {
            stop.request()
        }
    }
}

/// The front's side of a running cell: it takes the outputs and answers questions.
public protocol SessionClient: Sendable {
    /// Takes one output. Called from any thread, one call at a time for a cell, in the order in which things happened.
    func receive(_ event: CellEvent)

    /// Asks the person in front of the notebook for a line; `isPassword` hides what is typed.
    ///
    /// - Throws: `InputUnavailable` when nobody can be asked; `CancellationError` on interrupt.
    func requestInput(prompt: String, isPassword: Bool) async throws -> String
}

/// Nobody can answer: the run is headless, or the front end does not allow input.
public struct InputUnavailable: Error, Equatable, CustomStringConvertible {
    public init() {}
    public var description: String { "this front end cannot ask for input" }
}
