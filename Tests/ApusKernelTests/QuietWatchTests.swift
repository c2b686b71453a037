import ApusKernel
import ApusThreads
import Glibc
import JupyterProtocol
import Synchronization
import Testing

@Suite struct QuietWatchTests {
    final class Count: MessageReceiver {
        let messages = Atomic(0)
        let topics = Atomic(0)
        func receive(_: Message, on _: Channel) { messages.add(1, ordering: .relaxed) }
        func subscribed(to _: Frame) { topics.add(1, ordering: .relaxed) }
    }

    let count = Count()
    let message = MessageFactory().message("kernel_info_request", [:], parent: nil, identities: [])

    /// Whether the owner of the watch was woken; takes the signal back.
    func isWoken(_ watch: QuietWatch) -> Bool {
        defer { watch.activity.clear() }
        return watch.activity.wait(timeout: .zero)
    }

    @Test func `everything passes, and of many messages the first after a pause wakes`() {
        let watch = QuietWatch(count)
        #expect(!isWoken(watch))
        watch.receive(message, on: .shell)
        #expect(isWoken(watch))
        watch.receive(message, on: .control)
        watch.subscribed(to: [])
        #expect(!isWoken(watch))
        #expect(count.messages.load(ordering: .relaxed) == 2 && count.topics.load(ordering: .relaxed) == 1)
        #expect(!watch.areQuiet(), "something came since the start")
        watch.subscribed(to: [])
        #expect(!isWoken(watch) && !watch.areQuiet(), "and since the last look")
        #expect(watch.areQuiet())
        watch.subscribed(to: [])
        #expect(isWoken(watch), "the first after the pause")
    }

    @Test func `no message is missed, whenever the owner goes to sleep`() {
        let watch = QuietWatch(count)
        let owner = Owner()
        let thread = Thread(name: "messages") { [watch, message] in
            for _ in 0..<5000 {
                let looks = owner.looks.load(ordering: .acquiring)
                watch.receive(message, on: .shell)
                // Until the owner, who may have gone to sleep meanwhile, looks again.
                while owner.looks.load(ordering: .acquiring) == looks, !owner.isGone.load(ordering: .acquiring) { sched_yield() }
            }
            owner.isGone.store(true, ordering: .releasing)
            watch.activity.signal()
        }
        while !owner.isGone.load(ordering: .acquiring) {
            if watch.areQuiet(), !watch.activity.wait(timeout: .seconds(10)) {
                Issue.record("a message did not wake the owner")
                owner.isGone.store(true, ordering: .releasing)
            }
            watch.activity.clear()
            owner.looks.add(1, ordering: .releasing)
        }
        thread.join()
        #expect(count.messages.load(ordering: .relaxed) == 5000)
    }

    final class Owner: Sendable {
        let looks = Atomic(0)
        let isGone = Atomic(false)
    }
}
