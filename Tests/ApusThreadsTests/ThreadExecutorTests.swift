import ApusThreads
import Synchronization
import Testing

@Suite struct ThreadExecutorTests {
    private final class Flag: Sendable {
        private let state = Atomic(false)
        var isSet: Bool { state.load(ordering: .acquiring) }
        func set() { state.store(true, ordering: .releasing) }
    }

    @Test func `tasks run on the executor's thread while the cooperative pool is full`() async {
        let (stop, ran) = (Flag(), Flag())
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<64 {
                group.addTask { while !stop.isSet {} }
            }
            let executor = ThreadExecutor(name: "test")
            let waiter = Thread(name: "waiter") {
                let done = Wakeup()
                Task(executorPreference: executor) { done.signal() }
                if done.wait(timeout: .seconds(10)) { ran.set() }
                stop.set()
            }
            await group.waitForAll()
            waiter.join()
        }
        #expect(ran.isSet)
    }

    @Test func `a mailbox keeps order and loses nothing between four posters and a sleeping owner`() {
        let mailbox = Mailbox<(poster: Int, number: Int)>()
        let posters = (0..<4).map { poster in
            Thread(name: "poster") { for number in 0..<5000 { mailbox.post((poster, number)) } }
        }
        var next = [0, 0, 0, 0]
        while next != [5000, 5000, 5000, 5000] {
            for (poster, number) in mailbox.waitAndTake() {
                #expect(number == next[poster])
                next[poster] = number + 1
            }
        }
        for thread in posters { thread.join() }
    }

    @Test func `a wait ends with false when nobody signals`() {
        #expect(!Wakeup().wait(timeout: .milliseconds(5)))
    }
}
