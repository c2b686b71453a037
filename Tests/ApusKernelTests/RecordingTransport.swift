import ApusJSON
import ApusJournal
import ApusKernel
import ApusSession
import ApusThreads
import JupyterProtocol
import Synchronization

/// A transport without sockets: keeps what the kernel sends, in order, and lets a test wait for it.
final class RecordingTransport: MessageTransport {
    struct Sent: Sendable {
        let message: Message
        let channel: Channel

        var type: String { message.header.type }
        /// `stream stdout`, `status busy` and so on: enough to compare sequences.
        var summary: String {
            switch type {
            case "status": "status \(message.content["execution_state"]?.string ?? "")"
            case "stream": "stream \(message.content["name"]?.string ?? ""): \(message.content["text"]?.string ?? "")"
            default: type
            }
        }
    }

    let backlog: SendBacklog
    private let sent = Mutex<[Sent]>([])
    private let arrival = Wakeup()

    /// - Parameter backlog: Nothing adds to it, but a test may.
    init(backlog: SendBacklog = SendBacklog()) { self.backlog = backlog }

    var all: [Sent] { sent.withLock { $0 } }

    func send(_ messages: [OutgoingMessage]) {
        sent.withLock { $0 += messages.map { Sent(message: $0.message, channel: $0.channel) } }
        arrival.signal()
    }

    /// The first message, sent or to come, that fits; nil when ten seconds pass without one.
    func first(where fits: (Sent) -> Bool) -> Sent? {
        let deadline = ContinuousClock.now + .seconds(10)
        while true {
            arrival.clear()
            if let found = all.first(where: fits) { return found }
            guard arrival.wait(timeout: deadline - ContinuousClock.now) else { return nil }
        }
    }
}

/// A client and a kernel over the echo session, joined by a recording transport.
struct Conversation {
    let transport: RecordingTransport
    let kernel: Kernel
    let client = MessageFactory()
    private let route: [Frame]

    init(
        session: any Session = EchoSession(), history: HistoryFolder? = nil, journal: Journal? = nil, limits: ServerLimits? = nil,
        backlog: SendBacklog = SendBacklog()
    ) {
        transport = RecordingTransport(backlog: backlog)
        kernel = Kernel(session: session, transport: transport, version: "1.2.3", history: history, journal: journal, limits: limits)
        route = [Frame(text: client.session)]
    }

    private init(sharing other: Conversation) {
        transport = other.transport
        kernel = other.kernel
        route = [Frame(text: client.session)]
    }

    var log: RecordingTransport { transport }

    /// Another client of the same kernel.
    func otherClient() -> Conversation { Conversation(sharing: self) }

    /// Sends a request and returns its header.
    @discardableResult
    func send(
        _ type: String, _ content: JSONObject = [:], on channel: Channel = .shell, date: String? = nil, parent: MessageHeader? = nil,
        subshell: String? = nil
    ) -> MessageHeader {
        var message = client.message(type, content, parent: parent, identities: route)
        if let date {
            let header = message.header
            message.header = MessageHeader(
                id: header.id, session: header.session, username: header.username, type: header.type, date: date)
        }
        if let subshell, var header = try? JSON(parsing: message.header.bytes).object {
            header["subshell_id"] = .string(subshell)
            if let changed = try? MessageHeader(bytes: JSON.object(header).utf8()) { message.header = changed }
        }
        kernel.receive(message, on: channel)
        return message.header
    }

    @discardableResult
    func execute(_ code: String, _ options: JSONObject = [:], date: String? = nil, subshell: String? = nil) -> MessageHeader {
        var content: JSONObject = ["code": .string(code)]
        for (key, value) in options { content[key] = value }
        return send("execute_request", content, date: date, subshell: subshell)
    }

    /// The id of a new subshell.
    func createSubshell() -> String? {
        reply(to: send("create_subshell_request", on: .control))?.message.content["subshell_id"]?.string
    }

    /// The reply to a request, wherever it was sent.
    func reply(to request: MessageHeader) -> RecordingTransport.Sent? {
        log.first { $0.channel != .iopub && $0.type.hasSuffix("_reply") && $0.message.parentHeader == request.bytes }
    }

    /// Waits for the idle of a request and returns all that was published for it.
    func published(for request: MessageHeader) -> [RecordingTransport.Sent] {
        _ = log.first { $0.summary == "status idle" && $0.message.parentHeader == request.bytes }
        return log.all.filter { $0.channel == .iopub && $0.message.parentHeader == request.bytes }
    }

    /// Waits until text that a request published holds `text`; false when ten seconds pass without it.
    func hasPrinted(_ text: String, for request: MessageHeader) -> Bool {
        log.first { _ in printed(for: request).contains(text) } != nil
    }

    /// The text that was published for a request so far.
    func printed(for request: MessageHeader) -> String {
        log.all.filter { $0.type == "stream" && $0.message.parentHeader == request.bytes }
            .map { $0.message.content["text"]?.string ?? "" }.joined()
    }

    /// Answers the latest question of a cell, once it is there: the `number`-th of this conversation.
    func answer(_ number: Int) {
        _ = log.first { _ in log.all.count { $0.type == "input_request" } >= number }
        let question = log.all.filter { $0.type == "input_request" }.dropFirst(number - 1).first
        send("input_reply", ["value": "go"], on: .stdin, parent: question?.message.header)
    }

    /// Waits until a cell is seen running.
    func waitForStart(of request: MessageHeader) {
        _ = log.first { $0.type == "execute_input" && $0.message.parentHeader == request.bytes }
    }
}
