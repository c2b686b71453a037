import ApusCUDA
import CUDATestSupport
import Testing

/// A kernel that goes wrong takes the device with it.
@Suite struct LostDeviceTests {
    @Test func `every call fails after a kernel went wrong, and all says what to do`() throws {
        let fake = try FakeCUDA()
        let context = try fake.context()
        let stream = try CUDAStream(context)
        let memory = try DeviceMemory(Float.self, count: 64, context)
        let host = try PinnedMemory<Float>(count: 64, context)
        let event = try CUDAEvent(context)
        let mistake = try CUDAModule(ptx: Probes.program("probe_mistake"), context).function("probe_mistake")
        // Half of a warp waits at a barrier that the other half passes by, in the fourth block.
        let arguments = ProbeArguments(y: memory.pointer(to: Float.self), n: 0)
        try mistake.launch(grid: CUDASize(4), block: CUDASize(64), arguments: arguments, on: stream)

        // The launch succeeds; who waits for it learns what happened, and so does everybody after.
        let calls: [() throws -> Void] = [
            { try stream.synchronize() },
            { try stream.synchronize() },
            { try context.synchronize() },
            { _ = try stream.isDone() },
            { try memory.download(host, on: stream) },
            { _ = try DeviceMemory(byteCount: 4, context) },
            { _ = try PinnedMemory<Float>(count: 4, context) },
            { _ = try CUDAStream(context) },
            { try event.record(on: stream) },
            { _ = try stream.capture { () throws(CUDAError) in } },
            { try mistake.launch(grid: CUDASize(1), block: CUDASize(64), arguments: arguments, on: stream) },
            { _ = try CUDAModule(context) },
            { _ = try CUDAContext(context.device) },
        ]
        for (number, call) in calls.enumerated() {
            let error = try cudaError { try call() }
            #expect(error.kind == .deviceLost, "call \(number): \(error)")
            #expect(error.code == 719, "call \(number): \(error)")
        }
    }

    @Test func `a mistake in a graph is found by who waits for it`() throws {
        let context = try FakeCUDA().context()
        let stream = try CUDAStream(context)
        let memory = try DeviceMemory(Float.self, count: 64, context)
        let mistake = try CUDAModule(ptx: Probes.program("probe_mistake"), context).function("probe_mistake")
        let graph = try stream.capture { () throws(CUDAError) in
            try mistake.launch(
                grid: CUDASize(4), block: CUDASize(64), arguments: ProbeArguments(y: memory.pointer(to: Float.self), n: 0), on: stream)
        }
        try graph.launch(on: stream)
        let error = try cudaError { try stream.synchronize() }
        #expect(error.kind == .deviceLost)
        #expect(error.message.contains("cuStreamSynchronize failed with error 719"))
    }
}
