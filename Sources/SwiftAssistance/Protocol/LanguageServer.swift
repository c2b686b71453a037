import ApusJSON
import ApusThreads

/// A server of the Language Server Protocol 3.17 in a process of its own, asked by one thread that waits for each answer.
///
/// What the server says between questions waits in its pipe until the next one.
final class LanguageServer {
    private let process: ServerProcess
    private var reader = ContentReader()
    private var lastRequest = 0
    /// Requests without an answer, and when they were sent.
    private var open: [Int: ContinuousClock.Instant] = [:]
    /// The request of the handshake, until it is done.
    private var handshake: Int?
    private var answer: (request: Int, result: Result<JSON, ServerFailure>)?

    /// Starts the server and returns at once.
    ///
    /// - Parameters:
    ///   - options: What only this kind of server knows, its `initializationOptions`.
    ///   - capabilities: What its client understands.
    ///   - stop: Ends every wait once it is signalled.
    init(
        _ program: String, arguments: [String] = [], environment: [String: String] = [:], options: JSON = [:], capabilities: JSON = [:], stop: Wakeup,
        until deadline: ContinuousClock.Instant
    ) throws(ServerFailure) {
        process = try ServerProcess(program, arguments, environment: environment, stop: stop)
        handshake = try send(
            "initialize", ["processId": .null, "rootUri": .null, "capabilities": capabilities, "initializationOptions": options], until: deadline)
    }

    /// When the oldest request without an answer was sent.
    var oldestOpenRequest: ContinuousClock.Instant? { open.values.min() }

    /// Takes in what has come meanwhile.
    ///
    /// - Throws: `ServerFailure.ended` when the server is gone.
    func catchUp(until deadline: ContinuousClock.Instant) throws(ServerFailure) {
        try process.read { reader.append($0) }
        try takeMessages(until: deadline)
    }

    func notify(_ method: String, _ parameters: JSON, until deadline: ContinuousClock.Instant) throws(ServerFailure) {
        try finishHandshake(until: deadline)
        try send(["jsonrpc": "2.0", "method": .string(method), "params": parameters], until: deadline)
    }

    /// Asks, and waits for the answer.
    func request(_ method: String, _ parameters: JSON, until deadline: ContinuousClock.Instant) throws(ServerFailure) -> JSON {
        try finishHandshake(until: deadline)
        return try wait(for: try send(method, parameters, until: deadline), until: deadline)
    }

    private func finishHandshake(until deadline: ContinuousClock.Instant) throws(ServerFailure) {
        guard let request = handshake else { return }
        _ = try wait(for: request, until: deadline)
        handshake = nil
        try send(["jsonrpc": "2.0", "method": "initialized", "params": [:]], until: deadline)
    }

    private func wait(for request: Int, until deadline: ContinuousClock.Instant) throws(ServerFailure) -> JSON {
        while true {
            try takeMessages(until: deadline)
            if let answer, answer.request == request {
                self.answer = nil
                return try answer.result.get()
            }
            try process.waitAndReceive(until: deadline) { reader.append($0) }
        }
    }

    private func send(_ method: String, _ parameters: JSON, until deadline: ContinuousClock.Instant) throws(ServerFailure) -> Int {
        lastRequest += 1
        let request = lastRequest
        open[request] = .now
        try send(["jsonrpc": "2.0", "id": .int(request), "method": .string(method), "params": parameters], until: deadline)
        return request
    }

    /// A message that goes out in part would spoil all that follow, so one that cannot be sent is the end of the server.
    private func send(_ message: JSON, until deadline: ContinuousClock.Instant) throws(ServerFailure) {
        do {
            try process.send(ContentFrame.bytes(message), until: deadline) { reader.append($0) }
        } catch {
            throw .ended
        }
    }

    private func takeMessages(until deadline: ContinuousClock.Instant) throws(ServerFailure) {
        while let message = try reader.next() {
            switch (message["method"]?.string, message["id"]) {
            case (let method?, let id?): try reply(to: method, id, until: deadline)
            // Notifications tell of progress and diagnostics, which nobody asked for.
            case (_?, nil): break
            case (nil, let id): take(message, for: id?.int ?? 0)
            }
        }
    }

    private func take(_ message: JSON, for request: Int) {
        guard open.removeValue(forKey: request) != nil else { return }
        // Of an earlier request that nobody waits for any more, unless it is the handshake's.
        guard request == lastRequest || request == handshake else { return }
        if let error = message["error"] {
            answer = (request, .failure(.refused(error["message"]?.string ?? "an error without a message")))
        } else {
            answer = (request, .success(message["result"] ?? .null))
        }
    }

    /// The server may ask as well.
    private func reply(to method: String, _ id: JSON, until deadline: ContinuousClock.Instant) throws(ServerFailure) {
        if method == "client/registerCapability" || method == "window/workDoneProgress/create" {
            try send(["jsonrpc": "2.0", "id": id, "result": .null], until: deadline)
        } else {
            let error: JSON = ["code": -32601, "message": .string("this client knows no \(method)")]
            try send(["jsonrpc": "2.0", "id": id, "error": error], until: deadline)
        }
    }
}
