import ApusCUDA
import CUDATestSupport
import Testing

@Suite struct CUDAModuleTests {
    private let fake: FakeCUDA
    private let context: CUDAContext
    private let stream: CUDAStream

    init() throws {
        fake = try FakeCUDA()
        context = try fake.context()
        stream = try CUDAStream(context)
    }

    private func kernel(_ name: String) throws -> CUDAFunction { try CUDAModule(ptx: Probes.program(name), context).function(name) }

    /// `count` floats that a kernel wrote, launched with `n`.
    private func run(
        _ name: String, grid: CUDASize = CUDASize(1), block: CUDASize = CUDASize(1), sharedBytes: Int = 0, n: Int = 0, count: Int
    ) throws -> [Float] {
        let memory = try DeviceMemory(Float.self, count: count, context)
        let host = try PinnedMemory<Float>(count: count, context)
        try kernel(name).launch(
            grid: grid, block: block, sharedBytes: sharedBytes, arguments: ProbeArguments(y: memory.pointer(to: Float.self), n: Int64(n)), on: stream)
        try memory.download(host, on: stream)
        try stream.synchronize()
        return Array(host.elements)
    }

    @Test func `the kernels of Apus load, and say nothing`() throws {
        #expect(try CUDAModule(context).log.isEmpty)
    }

    @Test func `options of the compiler are taken`() throws {
        let options = CUDAModule.Options(maximumRegisters: 64, keepsLines: true, isVerbose: true)
        _ = try CUDAModule(ptx: Probes.program("probe_scale"), context, options: options).function("probe_scale")
    }

    @Test func `a kernel has its grid, its blocks and its arguments`() throws {
        let found = try run("probe_indices", grid: CUDASize(2, 3, 2), block: CUDASize(5, 3, 4), count: 12 * 60)
        for (i, number) in found.enumerated() {
            let (block, thread) = (i / 60, i % 60)
            let ofThread = 100 * (thread / 15) + 10 * (thread / 5 % 3) + thread % 5
            let ofBlock = 100 * (block / 6) + 10 * (block / 2 % 3) + block % 2
            #expect(number == Float(ofThread + 1000 * ofBlock), "element \(i)")
        }
    }

    @Test func `arguments of a recorded launch are those of the recording`() throws {
        let source = try DeviceMemory(Float.self, count: 32, context)
        let target = try DeviceMemory(Float.self, count: 32, context)
        let host = try PinnedMemory<Float>(count: 32, context)
        let scale = try kernel("probe_scale")
        var arguments = ProbeArguments(x: UnsafePointer(source.pointer(to: Float.self)), y: target.pointer(to: Float.self), n: 3)
        let graph = try stream.capture { () throws(CUDAError) in
            try scale.launch(grid: CUDASize(1), block: CUDASize(32), arguments: arguments, on: stream)
        }
        arguments.n = 100
        for value in [Float(2), 5] {
            try source.fill(float: value, on: stream)
            try graph.launch(on: stream)
            try target.download(host, on: stream)
            try stream.synchronize()
            #expect(host.elements.allSatisfy { $0 == 3 * value })
        }
        #expect(fake.statistics.launches == 2)
    }

    @Test func `a kernel tells what it takes of the device`() throws {
        let scale = try kernel("probe_scale")
        #expect(scale.name == "probe_scale")
        #expect(scale.maximumThreads == 1024)
        #expect(scale.registers > 0)
        #expect(scale.localBytes == 0 && scale.sharedBytes == 0)
    }

    @Test func `a kernel that is not in the program is named`() throws {
        let module = try CUDAModule(ptx: Probes.program("probe_scale"), context)
        let error = try cudaError { try module.function("probe_scal") }
        #expect(error.kind == .other)
        #expect(error.message == "the program on the GPU has no kernel 'probe_scal'")
    }

    @Test(arguments: ["cuModuleGetFunction", "cuFuncGetAttribute", "cuFuncSetAttribute"])
    func `a failure to get a kernel is told`(function: String) throws {
        fake.set("fail=\(function):999")
        let error = try cudaError { try kernel("probe_shared").allowDynamicSharedMemory(64 << 10) }
        #expect(error.message.hasPrefix("\(function) failed with error 999"))
    }

    @Test func `a text that is no program comes back with what the compiler said`() throws {
        let error = try cudaError { try CUDAModule(ptx: "a poem", context) }
        #expect(error.kind == .unavailable)
        #expect(error.code == 218)
        #expect(error.message.contains("cuModuleLoadDataEx failed with error 218, CUDA_ERROR_INVALID_PTX: a PTX JIT compilation failed, with 'ptxas"))
    }

    @Test func `a program that is newer than the driver says so`() throws {
        let error = try cudaError { try CUDAModule(ptx: Probes.program("probe_scale", version: "9.5"), context) }
        #expect(error.kind == .unavailable)
        #expect(error.code == 222)
        #expect(error.nextStep.hasPrefix("Update the NVIDIA driver"))
    }

    @Test(arguments: [209, 221]) func `a driver that cannot compile says so`(code: Int) throws {
        fake.set("fail=cuModuleLoadDataEx:\(code)")
        #expect(try cudaError { try CUDAModule(context) }.kind == .unavailable)
    }

    @Test func `a launch that the device cannot do is told with its sizes`() throws {
        let scale = try kernel("probe_scale")
        let memory = try DeviceMemory(byteCount: 4, context)
        let arguments = ProbeArguments(y: memory.pointer(to: Float.self), n: 1)
        let error = try cudaError { try scale.launch(grid: CUDASize(1, 2), block: CUDASize(2048), arguments: arguments, on: stream) }
        #expect(error.kind == .other)
        #expect(error.code == 1)
        #expect(error.message.hasPrefix("cuLaunchKernel of 'probe_scale' (1 x 2 x 1 blocks of 2048 x 1 x 1 threads, 0 B of shared memory) failed"))
        // The refusal costs nothing.
        try stream.synchronize()
    }

    @Test func `more shared memory than usual must be allowed`() throws {
        let kernel = try kernel("probe_shared")
        let memory = try DeviceMemory(Float.self, count: 3, context)
        let bytes = 64 << 10
        let arguments = ProbeArguments(y: memory.pointer(to: Float.self), n: Int64(bytes / 4))
        func launch() throws { try kernel.launch(grid: CUDASize(1), block: CUDASize(1), sharedBytes: bytes, arguments: arguments, on: stream) }
        #expect(try cudaError { try launch() }.message.contains("\(bytes) B of shared memory) failed"))
        try kernel.allowDynamicSharedMemory(bytes)
        try launch()
        // Asking for less takes nothing away.
        try kernel.allowDynamicSharedMemory(bytes / 2)
        try launch()
        try stream.synchronize()
    }

    @Test func `more shared memory than the device has is refused in numbers`() throws {
        let kernel = try kernel("probe_shared")
        let error = try cudaError { try kernel.allowDynamicSharedMemory(1 << 20) }
        #expect(error.kind == .unavailable)
        let limit = context.device.sharedMemoryPerBlock >> 10
        #expect(error.message == "the kernel 'probe_shared' needs 1 MiB of shared memory, and this GPU has \(limit) KiB")
    }
}
