import ApusCUDA
import CUDATestSupport
import Testing

@Suite struct CUDAGraphTests {
    private let fake: FakeCUDA
    private let context: CUDAContext
    private let stream: CUDAStream
    private let memory: DeviceMemory
    private let host: PinnedMemory<Float>

    init() throws {
        fake = try FakeCUDA()
        context = try fake.context()
        stream = try CUDAStream(context)
        memory = try DeviceMemory(Float.self, count: 2, context)
        host = try PinnedMemory<Float>(count: 2, context)
        host.elements.initialize(repeating: -1)
        try memory.fill(float: 0, on: stream)
        try stream.synchronize()
    }

    private func content() throws -> [Float] {
        try memory.download(host, on: stream)
        try stream.synchronize()
        return Array(host.elements)
    }

    @Test func `recorded work is done by launches alone`() throws {
        let graph = try stream.capture { () throws(CUDAError) in try memory.fill(float: 7, at: 4, on: stream) }
        #expect(try content() == [0, 0])
        try graph.upload(on: stream)
        #expect(try content() == [0, 0])
        try graph.launch(on: stream)
        #expect(try content() == [0, 7])
        try memory.fill(float: 1, on: stream)
        try graph.launch(on: stream)
        #expect(try content() == [1, 7])
        #expect(fake.statistics.graphLaunches == 2)
    }

    @Test func `a graph can be launched on another stream`() throws {
        let graph = try stream.capture { () throws(CUDAError) in try memory.fill(float: 3, on: stream) }
        let other = try CUDAStream(context)
        try graph.launch(on: other)
        try other.synchronize()
        #expect(try content() == [3, 3])
    }

    @Test func `an error while recording is the one thrown, and the stream goes on`() throws {
        fake.set("fail=cuMemsetD32Async:1@1")
        let error = try cudaError { try stream.capture { () throws(CUDAError) in try memory.fill(float: 3, on: stream) } }
        #expect(error.message.hasPrefix("cuMemsetD32Async failed with error 1"))
        try memory.fill(float: 4, on: stream)
        #expect(try content() == [4, 4])
    }

    @Test func `what may not be recorded is refused, and the stream goes on`() throws {
        let error = try cudaError { try stream.capture { () throws(CUDAError) in try stream.synchronize() } }
        #expect(error.kind == .other)
        #expect(error.message.hasPrefix("cuStreamSynchronize failed with error 9"))
        try memory.fill(float: 4, on: stream)
        #expect(try content() == [4, 4])
    }

    @Test(arguments: ["cuStreamBeginCapture", "cuStreamEndCapture", "cuGraphInstantiateWithFlags"])
    func `a failure of recording is told`(function: String) throws {
        fake.set("fail=\(function):999@1")
        let error = try cudaError { try stream.capture { () throws(CUDAError) in try memory.fill(float: 3, on: stream) } }
        #expect(error.message.hasPrefix("\(function) failed with error 999"))
    }

    @Test(arguments: ["cuGraphUpload", "cuGraphLaunch"])
    func `a failure of a graph is told`(function: String) throws {
        let graph = try stream.capture { () throws(CUDAError) in try memory.fill(float: 3, on: stream) }
        fake.set("fail=\(function):1")
        let error = try cudaError {
            try graph.upload(on: stream)
            try graph.launch(on: stream)
        }
        #expect(error.message.hasPrefix("\(function) failed with error 1"))
    }

    @Test func `recordings of two threads do not meet`() async throws {
        let (memory, context) = (memory, context)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for part in 0..<2 {
                group.addTask {
                    let stream = try CUDAStream(context)
                    for _ in 0..<50 {
                        let graph = try stream.capture { () throws(CUDAError) in
                            try memory.fill(float: Float(part + 1), at: 4 * part, count: 1, on: stream)
                        }
                        try graph.launch(on: stream)
                        // Allocation is forbidden to a thread that records, and to no other.
                        _ = try DeviceMemory(byteCount: 64, context)
                        try stream.synchronize()
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(try content() == [1, 2])
    }
}
