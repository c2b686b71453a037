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
