import ApusCUDA
import CUDATestSupport
import Testing

/// One of everything, as a training run has it.
private struct Everything {
    let context: CUDAContext

    /// Makes and uses all that the layer has, and gives it back.
    func use() throws {
        let stream = try CUDAStream(context)
        let memory = try DeviceMemory(Float.self, count: 4, context)
        let host = try PinnedMemory<Float>(count: 4, context)
        let (start, end) = (try CUDAEvent(context), try CUDAEvent(context))
        let module = try CUDAModule(context)
        host.elements.initialize(repeating: 1)
        try start.record(on: stream)
        try memory.upload(host, on: stream)
        try memory.fill(float: 2, on: stream)
        try memory.fill(byte: 0, on: stream)
        try memory.copy(from: memory, to: 8, byteCount: 8, on: stream)
        try memory.download(host, on: stream)
        try end.record(on: stream)
        try end.synchronize()
        _ = try end.milliseconds(since: start)
        _ = try stream.isDone()
        let graph = try stream.capture { () throws(CUDAError) in try memory.fill(float: 2, on: stream) }
        try graph.upload(on: stream)
        try graph.launch(on: stream)
        try stream.synchronize()
        _ = try context.memory()
        try context.synchronize()
        withExtendedLifetime(module) {}
    }
}

@Suite struct CUDAFailureTests {
    @Test func `all goes well without a failure, and all is given back`() throws {
        let fake = try FakeCUDA()
        try Everything(context: fake.context()).use()
        #expect(fake.statistics.allocations == 0)
        #expect(fake.statistics.hostAllocations == 0)
    }

    @Test(
        arguments: [
            "cuCtxSetCurrent", "cuCtxSynchronize", "cuModuleLoadDataEx", "cuMemAlloc", "cuMemGetInfo", "cuMemHostAlloc", "cuMemcpyHtoDAsync",
            "cuMemcpyDtoHAsync", "cuMemcpyDtoDAsync", "cuMemsetD8Async", "cuMemsetD32Async", "cuStreamCreate", "cuStreamSynchronize",
            "cuStreamQuery", "cuStreamBeginCapture", "cuEventCreate", "cuEventRecord", "cuEventSynchronize",
            "cuEventElapsedTime", "cuGraphInstantiateWithFlags", "cuGraphUpload", "cuGraphLaunch",
        ], [(1, CUDAError.Kind.other), (700, .deviceLost)])
    func `a failure of any function is told by its name, and all else is given back`(function: String, failure: (Int, CUDAError.Kind)) throws {
        let fake = try FakeCUDA()
        let context = try fake.context()
        fake.set("fail=\(function):\(failure.0)@1")
        let error = try cudaError { try Everything(context: context).use() }
        #expect(error.kind == failure.1)
        #expect(error.code == failure.0)
        #expect(error.message.contains("\(function) failed with error \(failure.0), CUDA_ERROR_"))
        #expect(fake.statistics.allocations == 0)
        #expect(fake.statistics.hostAllocations == 0)
    }

    @Test(arguments: ["cuMemFree", "cuMemFreeHost", "cuStreamDestroy", "cuEventDestroy", "cuModuleUnload", "cuGraphDestroy", "cuGraphExecDestroy"])
    func `a failure to give something back is nobody's concern`(function: String) throws {
        let fake = try FakeCUDA()
        let context = try fake.context()
        fake.set("fail=\(function):719")
        try Everything(context: context).use()
    }
}
