import TestSupport
import Testing

/// What a kernel sees, and what the emulator finds wrong with kernels.
@Suite struct EmulatorTests {
    private static let orders = ["forward", "reversed", "random:1", "random:2"]

    private func numbers(_ count: Int) -> [Float] {
        let seed = UInt64.random(in: 0 ..< .max)
        print("seed \(seed)")
        var generator = SeededGenerator(seed: seed)
        return (0..<count).map { _ in Float.random(in: -1...1, using: &generator) }
    }

    @Test func `a right reduction has the same bits in every order`() throws {
        let values = numbers(1000)
        let sums = try Self.orders.map { order in
            let probes = try Probes("order=\(order)")
            let x = try probes.memory(values)
            return try probes.run("probe_sum", blocks: (3, 1, 1), threads: (256, 1, 1), x: x, n: values.count, count: 3)
        }
        let expected = values.reduce(0) { $0 + Double($1) }
        #expect(abs(Double(sums[0][0]) - expected) < 1e-4)
        for sum in sums { #expect(sum == [Float](repeating: sums[0][0], count: 3)) }
    }

    @Test func `a missing barrier is seen in another order`() throws {
        let values = numbers(1000)
        let sums = try Self.orders.map { order in
            let probes = try Probes("order=\(order)")
            return try probes.run("probe_race", threads: (256, 1, 1), x: probes.memory(values), n: values.count, count: 1)[0].bitPattern
        }
        #expect(Set(sums).count > 1)
    }

    @Test(arguments: [("forward", [0, 1, 2, 3]), ("reversed", [3, 2, 1, 0])])
    func `the order of blocks is a setting`(order: String, expected: [Float]) throws {
        let probes = try Probes("order=\(order)")
        let y = try probes.memory([Float](repeating: 0, count: 5))
        try Code.check(probes.driver.launch(probes.function("probe_block_order"), blocks: (4, 1, 1), stream: probes.stream, words: [0, y, 4]))
        #expect(try probes.read(y, count: 4) == expected)
    }

    @Test func `a random order of blocks runs each once, and the same with the same seed`() throws {
        let orders = try (0..<2).map { _ in
            let probes = try Probes("order=random:7")
            let y = try probes.memory([Float](repeating: 0, count: 101))
            let function = try probes.function("probe_block_order")
            try Code.check(probes.driver.launch(function, blocks: (100, 1, 1), stream: probes.stream, words: [0, y, 100]))
            return try probes.read(y, count: 100)
        }
        #expect(orders[0].sorted() == (0..<100).map(Float.init))
        #expect(orders[0] != orders[0].sorted())
        #expect(orders[0] == orders[1])
    }

    @Test func `threads and blocks know their places`() throws {
        let probes = try Probes()
        let values = try probes.run("probe_indices", blocks: (2, 3, 2), threads: (5, 3, 4), count: 12 * 60)
        for block in 0..<12 {
            for thread in 0..<60 {
                let ofThread = 100 * (thread / 15) + 10 * (thread / 5 % 3) + thread % 5
                let ofBlock = 100 * (block / 6) + 10 * (block / 2 % 3) + block % 2
                #expect(values[block * 60 + thread] == Float(ofThread + 1000 * ofBlock))
            }
        }
    }

    @Test func `shared memory is NaN when a block begins`() throws {
        let values = try Probes().run("probe_shared", blocks: (4, 1, 1), shared: 4000, n: 1000, count: 12)
        for value in values { #expect(value.isNaN) }
    }

    @Test(arguments: [32, 64, 70]) func `lanes exchange values`(threads: Int) throws {
        // Of the incomplete warp of 70 threads, the lanes that give values exist.
        let probes = try Probes()
        guard threads % 32 == 0 else {
            let error = #expect(throws: Code.self) { try probes.run("probe_warp", threads: (UInt32(threads), 1, 1), count: 4 * threads) }
            #expect(error == Code(number: 719))
            #expect(probes.driver.lastErrorText.hasSuffix("probe_warp: shuffle_xor in block (0,0,0) reads lane 7 of a warp of 6"))
            return
        }
        let values = try probes.run("probe_warp", threads: (UInt32(threads), 1, 1), count: 4 * threads)
        for thread in 0..<threads {
            #expect(values[4 * thread..<4 * thread + 4].map { Int($0) } == [thread ^ 5, thread / 8 * 8 + 3, thread ^ 1, thread ^ 1])
        }
    }

    @Test func `a barrier tells all threads whether any was true`() throws {
        let probes = try Probes()
        #expect(try probes.run("probe_any", threads: (100, 1, 1), n: 50, count: 100) == [Float](repeating: 3, count: 100))
        #expect(try probes.run("probe_any", threads: (100, 1, 1), n: 100, count: 100) == [Float](repeating: 2, count: 100))
        #expect(try probes.run("probe_any", threads: (100, 1, 1), n: 0, count: 100) == [Float](repeating: 1, count: 100))
    }

    @Test func `integers are combined atomically`() throws {
        let probes = try Probes()
        let y = try probes.memory([0, 0, 0, -1].map { Float(bitPattern: UInt32(bitPattern: $0)) })
        #expect(probes.driver.launch(try probes.function("probe_atomics"), threads: (100, 1, 1), stream: probes.stream, words: [0, y, 0]) == 0)
        #expect(try probes.read(y, count: 4).map(\.bitPattern) == [99, 127, 100, 0])
    }

    private static let mistakes = [
        (0, "barrier in block (3,0,0): 16 threads wait, 48 of 64 have ended"),
        (1, "shuffle_xor in block (3,0,0): 16 of 32 lanes of a warp wait, the others are at a barrier or have ended"),
        (2, "lanes of a warp in block (3,0,0) are at different operations: shuffle_xor (1) and shuffle (16)"),
        (3, "barrier in block (3,0,0): some threads are at __syncthreads, others at __syncthreads_or"),
        (4, "shuffle_xor in block (3,0,0) reads lane 32 of a warp of 32"),
        (5, "shuffle_xor in block (3,0,0): 16 of 32 lanes of a warp wait, the others are at a barrier or have ended"),
    ]

    @Test(arguments: mistakes) func `a kernel that would hang is told what waits where`(mistake: Int, text: String) throws {
        let probes = try Probes()
        let error = #expect(throws: Code.self) { try probes.run("probe_mistake", blocks: (5, 1, 1), threads: (64, 1, 1), n: mistake, count: 64) }
        #expect(error == Code(number: 719))
        #expect(probes.driver.lastErrorText.contains(text))
        // The threads that were given up are forgotten with the error.
        #expect(probes.driver.set("") == 0)
        #expect(try probes.run("probe_mistake", blocks: (5, 1, 1), threads: (64, 1, 1), n: 6, count: 64) == (0..<64).map(Float.init))
    }

    @Test func `kernels run again after the last context was released`() throws {
        let probes = try Probes(), driver = probes.driver
        let x = try probes.memory([1, 2])
        #expect(try probes.run("probe_sum", threads: (256, 1, 1), x: x, n: 2, count: 1) == [3])
        #expect(driver.call("cuDevicePrimaryCtxRelease_v2", 0) == 0)
        try Code.check(driver.call("cuCtxSetCurrent", driver.value("cuDevicePrimaryCtxRetain", 0)))
        #expect(try probes.run("probe_sum", threads: (256, 1, 1), x: x, n: 2, count: 1) == [3])
    }

    @Test func `a block may be as large as the kernel was built for`() throws {
        let probes = try Probes()
        let x = try probes.memory([1])
        #expect(try probes.run("probe_sum", threads: (256, 1, 1), x: x, n: 1, count: 1) == [1])
        let error = #expect(throws: Code.self) { try probes.run("probe_sum", threads: (257, 1, 1), x: x, n: 1, count: 1) }
        #expect(error == Code(number: 701))
        #expect(probes.driver.lastErrorText == "cuLaunchKernel: probe_sum was built for at most 256 threads")
        #expect(try probes.run("probe_sum", threads: (256, 1, 1), x: x, n: 1, count: 1) == [1], "the error is of this launch alone")
    }
}
