import ApusThreads
import CSwiftCells
import Glibc

/// The main thread of the process, on which cells run, because top-level code of Swift 6 belongs to the main actor.
package final class MainThread: Sendable {
    private let jobs = Mailbox<(@Sendable () -> Void)?>()

    package init() {}

    /// Runs what is handed over, and what waits for the main actor; returns after `stop()`. To be called on the main thread.
    package func serve() {
        cswiftcells_prepare()
        let queue = cswiftcells_main_queue_descriptor()
        while true {
            for job in jobs.take() {
                guard let job else { return }
                job()
            }
            cswiftcells_drain_main_queue()
            guard jobs.mayOwnerSleep() else { continue }
            Self.wait(for: [queue, jobs.wakeup.descriptor])
            jobs.ownerWoke()
            Self.clear(queue)
        }
    }

    package func stop() { jobs.post(nil) }

    /// Runs `body` on the main thread, and waits for its end.
    package func run(_ body: @escaping @Sendable () -> Void) {
        let done = Wakeup()
        jobs.post {
            body()
            done.signal()
        }
        done.wait()
    }

    /// Runs what comes to the main actor until `isDone`; on the main thread.
    static func drain(until isDone: () -> Bool) {
        let queue = cswiftcells_main_queue_descriptor()
        while !isDone() {
            cswiftcells_drain_main_queue()
            if isDone() { return }
            wait(for: [queue], milliseconds: 1000)
            clear(queue)
        }
    }

    private static func wait(for descriptors: [Int32], milliseconds: Int32 = -1) {
        var entries = descriptors.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        poll(&entries, nfds_t(entries.count), milliseconds)
    }

    private static func clear(_ queue: Int32) {
        var count: UInt64 = 0
        var entry = pollfd(fd: queue, events: Int16(POLLIN), revents: 0)
        if poll(&entry, 1, 0) > 0 { _ = read(queue, &count, MemoryLayout<UInt64>.size) }
    }
}
