import ApusJSON
public import ApusJournal
public import ApusSession
public import ApusThreads
public import JupyterProtocol
import Synchronization

/// A Jupyter kernel over a session: takes requests from a transport, answers them, and publishes what cells show.
///
/// No channel ever waits for a cell: cells run in the `CellQueue` of their subshell, questions about code in tasks on another thread, and everything
/// else is answered on the thread of the channel.
public final class Kernel: MessageReceiver {
    /// Signalled when a client has shut the kernel down; its owner then closes the transport and leaves.
    public let finished = Wakeup()

    let session: any Session
    let version: String
    let publisher: Publisher
    let busy: BusyCells
    let subshells: Subshells
    let attached: AttachedCells
    private let inputs: InputRequests
    private let assistance = ThreadExecutor(name: "apus-assist")

    /// - Parameters:
    ///   - version: what `kernel_info` reports as the version of the implementation.
    ///   - history: where inputs are kept for later kernels; nil keeps them in memory only.
    ///   - journal: where what cells show is kept for `%attach`; nil keeps nothing.
    ///   - limits: what a server between the kernel and its clients lets through; nil when there is none.
    public init(
        session: any Session, transport: any MessageTransport, version: String, history: HistoryFolder?, journal: Journal? = nil,
        limits: ServerLimits? = nil
    ) {
        self.session = session
        self.version = version
        let publisher = Publisher(transport: transport, factory: MessageFactory(), limits: limits)
        let (busy, inputs, timer) = (BusyCells(publisher: publisher), InputRequests(publisher: publisher), FlushTimer(delay: .milliseconds(25)))
        let attached = AttachedCells(journal: journal, publisher: publisher, busy: busy, inputs: inputs, timer: timer)
        @Sendable func subshell(_ session: any Session) -> Subshell {
            let history = History(folder: history)
            let cells = CellQueue(
                session: session, publisher: publisher, busy: busy, inputs: inputs, timer: timer, history: history, journal: journal)
            return Subshell(cells: cells, history: history)
        }
        let shared = SubshellSession(session: session, executor: assistance) { busy.count - attached.count > 1 }
        subshells = Subshells(main: subshell(session), idPrefix: publisher.factory.session) { subshell(shared) }
        (self.publisher, self.busy, self.inputs, self.attached) = (publisher, busy, inputs, attached)
    }

    /// Tells subscribers that the kernel is there.
    public func announce() { publisher.status(.starting, nil) }

    /// Stops the running cell; harmless when none runs. What SIGINT does, too.
    ///
    /// While `%attach` cells run it ends them instead: who watches a training and presses stop must not lose the training.
    public func interrupt() {
        if !attached.interrupt() { subshells.interrupt() }
    }

    /// Stops the running cell, runs no other, and signals `finished`.
    public func stop() {
        close()
        finished.signal()
    }

    /// Stops every cell, and runs no other.
    func close() {
        attached.close()
        subshells.close()
    }

    /// Gives the session a moment to free what it holds. A cell that cannot be interrupted must not keep the process alive.
    public func closeSession(within limit: Duration) {
        let closed = Wakeup()
        Task(executorPreference: assistance) { [session] in
            await session.close()
            closed.signal()
        }
        closed.wait(timeout: limit)
    }

    public func receive(_ message: Message, on channel: Channel) {
        switch channel {
        case .shell, .control: dispatch(Request(message: message, channel: channel))
        case .stdin: inputs.receive(message)
        case .iopub, .heartbeat: break
        }
    }

    public func subscribed(to topic: Frame) {
        publisher.publish(IOPubWelcome(subscription: String(decoding: topic, as: UTF8.self)), parent: nil, topic: topic)
    }

    // MARK: Answers

    /// Answers a request at once, with busy before and idle after.
    func answer(_ request: Request, _ body: () throws(InvalidContent) -> Void) {
        publisher.status(.busy, request.header)
        do { try body() } catch { refuse(request, error.description) }
        busy.publishIdle(request.header)
    }

    /// Answers a request about code as soon as the session knows, with busy before and idle after. The channel goes on meanwhile.
    func assist<Content: RequestContent>(
        _ request: Request, _: Content.Type, _ body: @escaping @Sendable (Content) async -> any MessageContent
    ) {
        publisher.status(.busy, request.header)
        let content: Content
        do {
            content = try Content(request.message.content)
        } catch {
            refuse(request, error.description)
            return busy.publishIdle(request.header)
        }
        Task(executorPreference: assistance) { [self] in
            let reply = await body(content)
            publisher.reply(reply, to: request)
            busy.publishIdle(request.header)
        }
    }

    /// Answers with an error, so that nobody waits for ever.
    func refuse(_ request: Request, _ reason: String) {
        let type = request.header.type
        guard type.hasSuffix("_request") else { return }
        var content = ErrorOutput(name: "InvalidRequest", message: reason, traceback: ["\(type): \(reason)"]).json
        content["status"] = "error"
        if type == "execute_request" {
            content["execution_count"] = .int((subshells.find(request.header.subshell) ?? subshells.main).cells.executionCount)
        }
        publisher.reply(type.dropLast("request".count) + "reply", content, to: request)
    }
}
