/// A mock driver with a context and the probe kernels, see Probes.cpp.
struct Probes {
    let driver: MockDriver
    let stream: UInt
    private let module: UInt

    static let names = [
        "probe_sum", "probe_race", "probe_scale", "probe_block_order", "probe_indices", "probe_shared", "probe_warp", "probe_any",
        "probe_atomics", "probe_mistake",
    ]

    static func program(_ names: [String] = names, head: String = ".version 8.0\n.target sm_80\n.address_size 64\n") -> String {
        "// A program.\n" + head + names.map { ".visible .entry \($0)(\n.param .align 8 .b8 \($0)_param_0[24]\n)\n{ ret; }\n" }.joined()
    }

    init(_ settings: String = "") throws {
        driver = try MockDriver(settings)
        try Code.check(driver.call("cuInit", 0))
        try Code.check(driver.call("cuCtxSetCurrent", driver.value("cuDevicePrimaryCtxRetain", 0)))
        stream = try driver.value("cuStreamCreate", 1)
        module = try Self.program().withCString { [driver] in try driver.value("cuModuleLoadDataEx", UInt(bitPattern: $0), 0, 0) }
    }

    func function(_ name: String) throws -> UInt { try name.withCString { try driver.value("cuModuleGetFunction", module, UInt(bitPattern: $0)) } }

    /// Device memory with these floats.
    func memory(_ values: [Float]) throws -> UInt {
        let address = try driver.value("cuMemAlloc_v2", UInt(values.count * 4))
        try values.withUnsafeBytes {
            try Code.check(driver.call("cuMemcpyHtoDAsync_v2", address, UInt(bitPattern: $0.baseAddress), UInt($0.count), stream))
            try synchronize()
        }
        return address
    }

    /// New device memory.
    func memory(count: Int) throws -> UInt { try driver.value("cuMemAlloc_v2", UInt(count * 4)) }

    func synchronize() throws { try Code.check(driver.call("cuStreamSynchronize", stream)) }

    func read(_ address: UInt, count: Int) throws -> [Float] {
        try [Float](unsafeUninitializedCapacity: count) { floats, initialized in
            floats.initialize(repeating: 0)
            try Code.check(driver.call("cuMemcpyDtoHAsync_v2", UInt(bitPattern: floats.baseAddress), address, UInt(count * 4), stream))
            try synchronize()
            initialized = count
        }
    }

    /// Runs a kernel and reads `count` floats of its result. Throws the code of the launch or of the run.
    func run(
        _ name: String, blocks: (UInt32, UInt32, UInt32) = (1, 1, 1), threads: (UInt32, UInt32, UInt32) = (1, 1, 1), shared: Int = 0, x: UInt = 0,
        n: Int = 0, count: Int
    ) throws -> [Float] {
        let y = try memory(count: count)
        let words = [x, y, UInt(bitPattern: n)]
        try Code.check(driver.launch(function(name), blocks: blocks, threads: threads, shared: shared, stream: stream, words: words))
        return try read(y, count: count)
    }
}
