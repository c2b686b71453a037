import ApusSession
import ApusThreads

/// The kernel's session as subshells beside the main one see it: a cell that only reads runs at once, any other waits for its turn among
/// the cells of all subshells, because they share one workspace and one machine.
struct SubshellSession: Session {
    let session: any Session
    /// Where it is found out whether a cell only reads.
    let executor: ThreadExecutor
    /// Whether a cell that is started now has to wait.
    let isBusy: @Sendable () -> Bool

    func start(
        _ request: CellRequest, client: any SessionClient, completion: @escaping @Sendable (CellReply) -> Void
    ) -> @Sendable () -> Void {
        let stop = CellStop()
        Task(executorPreference: executor) { [session, isBusy] in
            if let cell = await session.runReadOnly(request) {
                for event in cell.events { client.receive(event) }
                return completion(cell.reply)
            }
            if isBusy() { client.receive(.stream(.stderr, Self.notice)) }
            stop.attach(session.start(request, client: client, completion: completion))
        }
        return { stop.request() }
    }

    private static let notice = "waits for the cell that runs: beside it run only cells that look at the session, such as %who and %attach\n"

    func runReadOnly(_ request: CellRequest) async -> FinishedCell? { await session.runReadOnly(request) }
    func interrupt() { session.interrupt() }
    func complete(_ code: String, cursor: Int) async -> Completions { await session.complete(code, cursor: cursor) }
    func inspect(_ code: String, cursor: Int, detail: InspectionDetail) async -> MIMEBundle? {
        await session.inspect(code, cursor: cursor, detail: detail)
    }
    func completeness(of code: String) async -> Completeness { await session.completeness(of: code) }
    var language: LanguageInfo { session.language }
    func close() async { await session.close() }
}
