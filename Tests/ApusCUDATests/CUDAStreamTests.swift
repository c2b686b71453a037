import ApusCUDA
import CUDATestSupport
import Testing

@Suite struct CUDAStreamTests {
    @Test func `a stream without work is done`() throws {
        let stream = try CUDAStream(FakeCUDA().context())
        #expect(try stream.isDone())
    }

    @Test func `a stream tells whether work is left`() throws {
        let fake = try FakeCUDA()
        let stream = try CUDAStream(fake.context())
        fake.set("fail=cuStreamQuery:600@1")
        #expect(try !stream.isDone())
        #expect(try stream.isDone())
        fake.set("fail=cuStreamQuery:719")
        #expect(try cudaError { try stream.isDone() }.kind == .deviceLost)
    }

    @Test func `events tell the time between them`() throws {
        let context = try FakeCUDA().context()
        let stream = try CUDAStream(context)
        let memory = try DeviceMemory(byteCount: 1 << 20, context)
        let start = try CUDAEvent(context)
        let end = try CUDAEvent(context)
        try start.record(on: stream)
        try memory.fill(byte: 1, on: stream)
        try end.record(on: stream)
        try end.synchronize()
        #expect(try end.milliseconds(since: start) >= 0)
        #expect(try stream.isDone())
    }

    @Test func `an event that was not recorded has no time`() throws {
        let context = try FakeCUDA().context()
        let start = try CUDAEvent(context)
        let end = try CUDAEvent(context)
        #expect(try cudaError { try end.milliseconds(since: start) }.message.hasPrefix("cuEventElapsedTime failed"))
    }

    @Test func `the context waits for all of its streams`() throws {
        let context = try FakeCUDA().context()
        let stream = try CUDAStream(context)
        let memory = try DeviceMemory(byteCount: 4, context)
        let host = try PinnedMemory<Int32>(count: 1, context)
        host.elements.initialize(repeating: 0)
        try memory.fill(byte: 1, on: stream)
        try memory.download(host, on: stream)
        try context.synchronize()
        #expect(host.elements[0] == 0x0101_0101)
    }

    @Test func `threads share a context that none of them made`() async throws {
        let context = try FakeCUDA().context()
        let sums = try await withThrowingTaskGroup(of: Int.self) { group in
            for thread in 0..<4 {
                group.addTask {
                    let stream = try CUDAStream(context)
                    let memory = try DeviceMemory(Int32.self, count: 100, context)
                    let host = try PinnedMemory<Int32>(count: 100, context)
                    var sum = 0
                    for turn in 0..<20 {
                        host.elements.initialize(repeating: Int32(thread * 100 + turn))
                        try memory.upload(host, on: stream)
                        try stream.synchronize()
                        host.elements.initialize(repeating: 0)
                        try memory.download(host, on: stream)
                        try stream.synchronize()
                        sum += host.elements.reduce(0) { $0 + Int($1) }
                    }
                    return sum
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(sums.sorted() == (0..<4).map { (0..<20).reduce(0, +) * 100 + $0 * 200_000 })
    }
}
