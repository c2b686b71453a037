import ApusThreads
import JupyterProtocol
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(1))) struct SendBacklogTests {
    @Test func `who waits goes on when there is room, and only then`() {
        let backlog = SendBacklog(limit: 100)
        backlog.add(99)
        #expect(!backlog.isFull)
        // Returns at once.
        backlog.wait(Wakeup())
        backlog.add(21)
        #expect(backlog.isFull)
        let hasRoom = Atomic(false)
        let waiting = Wakeup()
        let thread = Thread(name: "waiting") {
            backlog.wait(waiting)
            let isRight = hasRoom.load(ordering: .acquiring)
            #expect(isRight)
        }
        backlog.remove(20)
        #expect(backlog.isFull && !waiting.wait(timeout: .milliseconds(20)))
        hasRoom.store(true, ordering: .releasing)
        backlog.remove(1)
        thread.join()
        #expect(backlog.byteCount == 99)
    }

    @Test func `somebody else can end a wait`() {
        let backlog = SendBacklog(limit: 1)
        backlog.add(1)
        let waiting = Wakeup()
        let thread = Thread(name: "waiting") { backlog.wait(waiting) }
        waiting.signal()
        thread.join()
        #expect(backlog.isFull)
    }

    @Test func `a wait that lasts is reported once, and again the next time`() {
        let reports = Mutex<[Int]>([])
        let news = Wakeup()
        let backlog = SendBacklog(limit: 10, patience: .milliseconds(1)) { bytes in
            reports.withLock { $0.append(bytes) }
            news.signal()
        }
        for round in 1...2 {
            backlog.add(10 + round)
            let thread = Thread(name: "waiting") { backlog.wait(Wakeup()) }
            news.wait()
            news.clear()
            for _ in 0..<5 { backlog.noteWaiting() }
            backlog.remove(10 + round)
            thread.join()
        }
        #expect(reports.withLock { $0 } == [11, 12])
    }

    @Test func `nothing is reported while there is room`() {
        let backlog = SendBacklog(limit: 10, patience: .zero) { _ in Issue.record("a report") }
        for _ in 0..<3 { backlog.noteWaiting() }
    }
}
