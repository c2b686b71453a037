import ApusTensor
import Synchronization
import Testing

@Suite struct ThreadPoolTests {
    @Test(arguments: [1, 2, 3, 7]) func `every item runs once, loop after loop`(threads: Int) {
        let pool = ThreadPool(threads: threads)
        #expect(pool.threads == threads)
        for count in [0, 1, 2, 5, 100, 3, 1000] {
            let sum = Atomic<Int>(0)
            let workers = Atomic<UInt64>(0)
            pool.run(count: count) { item, worker in
                sum.add(item + 1, ordering: .relaxed)
                workers.bitwiseOr(1 << UInt64(worker), ordering: .relaxed)
            }
            #expect(sum.load(ordering: .relaxed) == count * (count + 1) / 2)
            #expect(workers.load(ordering: .relaxed) < 1 << UInt64(threads))
        }
    }

    @Test(arguments: [1, 3]) func `a loop over a context sees and changes the caller's value`(threads: Int) {
        struct Context: ~Copyable {
            let factor: Int
            let sum = Atomic<Int>(0)
        }
        var context = Context(factor: 3)
        ThreadPool(threads: threads).run(count: 100, with: &context) { context, item, _ in
            let context = context.assumingMemoryBound(to: Context.self)
            context.pointee.sum.add(context.pointee.factor * item, ordering: .relaxed)
        }
        #expect(context.sum.load(ordering: .relaxed) == 3 * 4950)
    }

    @Test func `sleeping helpers wake for the next loop`() async throws {
        let pool = ThreadPool(threads: 2)
        for _ in 0..<5 {
            try await Task.sleep(for: .milliseconds(3))  // longer than they wait awake
            let count = Atomic<Int>(0)
            pool.run(count: 8) { _, _ in count.add(1, ordering: .relaxed) }
            #expect(count.load(ordering: .relaxed) == 8)
        }
    }
}
