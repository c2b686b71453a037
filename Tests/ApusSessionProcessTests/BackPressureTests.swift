import ApusSession
import ApusSessionProcess
import ApusThreads
import Glibc
import SessionTestSupport
import Synchronization
import Testing

/// A front that takes nothing until it is told to.
final class StuckClient: SessionClient {
    private let gate = Wakeup()
    private let isStuck = Atomic(false)
    private let count = Atomic(0)
    private let displays = Atomic(0)

    var displayCount: Int { displays.load(ordering: .relaxed) }
    var byteCount: Int { count.load(ordering: .relaxed) }
    var hasBegun: Bool { isStuck.load(ordering: .relaxed) }

    func receive(_ event: CellEvent) {
        isStuck.store(true, ordering: .relaxed)
        gate.wait()
        if case .stream(_, let text) = event { count.add(text.utf8.count, ordering: .relaxed) }
        if case .display = event { displays.add(1, ordering: .relaxed) }
    }

    func requestInput(prompt: String, isPassword: Bool) async throws -> String { throw InputUnavailable() }

    func release() { gate.signal() }
}

@Suite(.timeLimit(.minutes(2))) struct BackPressureTests {
    @Test func `a front that takes nothing makes the cell wait; interrupts, questions and closing go past`() async throws {
        let session = ProcessSession.probing()
        let client = StuckClient()
        async let reply = session.execute(CellRequest("%flood --endless"), client: client)
        while !client.hasBegun { await Task.yield() }
        // Until the window is full: the cell then stands still.
        let process = try #require(session.processNumber)
        while !(try isAsleep(process)) { try await Task.sleep(for: .milliseconds(20)) }
        #expect(memory(process) < 100 << 20)
        #expect(await session.complete("%%flo", cursor: 5).items.map(\.text) == ["%%flood"])
        session.interrupt()
        client.release()
        #expect(await reply.error?.name == CellError.interruptedName)
        // What was under way when the front stopped, and no more.
        #expect(client.byteCount > 1 << 20 && client.byteCount < 24 << 20, "\(client.byteCount)")
        await session.close()
    }

    @Test func `of small displays not too many are under way when a cell is interrupted`() async throws {
        let session = ProcessSession.probing()
        let client = StuckClient()
        async let reply = session.execute(CellRequest("%flood --displays 100000"), client: client)
        while !client.hasBegun { await Task.yield() }
        let process = try #require(session.processNumber)
        while !(try isAsleep(process)) { try await Task.sleep(for: .milliseconds(20)) }
        session.interrupt()
        client.release()
        #expect(await reply.error?.name == CellError.interruptedName)
        #expect(client.displayCount > 100 && client.displayCount < 2000, "\(client.displayCount)")
        await session.close()
    }

    @Test func `nothing is lost to a slow front`() async {
        let session = ProcessSession.probing()
        let client = StuckClient()
        async let reply = session.execute(CellRequest("%flood --text 50000000"), client: client)
        while !client.hasBegun { await Task.yield() }
        client.release()
        #expect(await reply.status == .ok)
        #expect(client.byteCount == 50_000_000)
        await session.close()
    }

    @Test func `a thread that floods while no cell runs keeps no cell from running`() throws {
        let front = try RawFront()
        try front.send(.execute(cell: 1, CellRequest("%native --late-flood")))
        #expect(try front.waitForReply(ofCell: 1))
        // More than may be on its way, and nothing is said to have arrived.
        var byteCount = 0
        while byteCount < 16 << 20, let (_, count) = try front.receive(timeout: 1000) { byteCount += count }
        try front.send(.execute(cell: 2, CellRequest("let x = 1")))
        #expect(try front.waitForReply(ofCell: 2))
    }

    /// Whether no thread of a process has used the processor for a moment.
    private func isAsleep(_ process: pid_t) throws -> Bool {
        let before = try processorTime(process)
        usleep(100_000)
        return try processorTime(process) == before
    }

    private func processorTime(_ process: pid_t) throws -> String {
        let fields = read("/proc/\(process)/stat").split(separator: " ")
        return "\(fields[13]) \(fields[14])"
    }

    /// Bytes that are resident.
    private func memory(_ process: pid_t) -> Int {
        (Int(read("/proc/\(process)/statm").split(separator: " ")[1]) ?? 0) * Int(getpagesize())
    }

    private func read(_ path: String) -> String {
        guard let file = fopen(path, "re") else { return "" }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = fread(&bytes, 1, bytes.count, file)
        return String(decoding: bytes[..<count], as: UTF8.self)
    }
}
