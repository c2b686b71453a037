import Testing

/// Streams run when the host waits, and no sooner; events are places in them.
@Suite struct StreamTests {
    private let probes: Probes
    private var driver: MockDriver { probes.driver }

    init() throws { probes = try Probes() }

    /// Pinned memory of floats.
    private func pinned(_ values: [Float]) throws -> UnsafeMutableBufferPointer<Float> {
        let address = try driver.value("cuMemHostAlloc", UInt(values.count * 4), 0)
        let floats = UnsafeMutableBufferPointer<Float>(start: UnsafeMutablePointer(bitPattern: address), count: values.count)
        _ = floats.update(from: values)
        return floats
    }

    private func address(_ floats: UnsafeMutableBufferPointer<Float>) -> UInt { UInt(bitPattern: floats.baseAddress) }

    @Test func `a copy to the host is there after waiting`() throws {
        let host = try pinned([7, 7]), device = try probes.memory([1, 2])
        #expect(driver.call("cuMemcpyDtoHAsync_v2", address(host), device, 8, probes.stream) == 0)
        #expect(Array(host) == [7, 7])
        #expect(driver.call("cuStreamSynchronize", probes.stream) == 0)
        #expect(Array(host) == [1, 2])
    }

    @Test func `a copy from the host reads what is there when the stream runs`() throws {
        let host = try pinned([1, 2]), device = try probes.memory(count: 2)
        #expect(driver.call("cuMemcpyHtoDAsync_v2", device, address(host), 8, probes.stream) == 0)
        host[1] = 3
        #expect(try probes.read(device, count: 2) == [1, 3])
    }

    @Test func `waiting for one stream leaves another one pending`() throws {
        let host = try pinned([7]), device = try probes.memory([1]), other = try driver.value("cuStreamCreateWithPriority", 1, 0)
        #expect(driver.call("cuMemcpyDtoHAsync_v2", address(host), device, 4, other) == 0)
        try probes.synchronize()
        #expect(host[0] == 7)
        #expect(driver.call("cuCtxSynchronize") == 0)
        #expect(host[0] == 1)
    }

    @Test func `a stream waits for an event of another one`() throws {
        let host = try pinned([7, 7]), device = try probes.memory([1]), other = try driver.value("cuStreamCreate", 1)
        let event = try driver.value("cuEventCreate", 2)
        #expect(driver.call("cuMemcpyDtoHAsync_v2", address(host), device, 4, probes.stream) == 0)
        #expect(driver.call("cuEventRecord", event, probes.stream) == 0)
        #expect(driver.call("cuMemcpyDtoHAsync_v2", address(host) + 4, device, 4, probes.stream) == 0)
        #expect(driver.call("cuStreamWaitEvent", other, event, 0) == 0)
        #expect(driver.call("cuStreamSynchronize", other) == 0)
        #expect(Array(host) == [1, 7], "the first stream has run up to the event")
    }

    @Test func `a query sees a stream at work, then done`() throws {
        let device = try probes.memory(count: 1)
        #expect(driver.call("cuStreamQuery", probes.stream) == 0)
        #expect(driver.call("cuMemsetD32Async", device, 1, 1, probes.stream) == 0)
        #expect(driver.call("cuStreamQuery", probes.stream) == 600)
        #expect(driver.call("cuStreamQuery", probes.stream) == 0)
    }

    @Test func `events tell whether and when they were reached`() throws {
        let start = try driver.value("cuEventCreate", 0), end = try driver.value("cuEventCreate", 0), untimed = try driver.value("cuEventCreate", 2)
        var milliseconds: Float = -1
        func elapsed(_ first: UInt, _ second: UInt) -> Int32 {
            withUnsafeMutablePointer(to: &milliseconds) { driver.call("cuEventElapsedTime", UInt(bitPattern: $0), first, second) }
        }
        #expect(elapsed(start, end) == 400, "never recorded")
        for event in [start, end, untimed] { #expect(driver.call("cuEventRecord", event, probes.stream) == 0) }
        #expect(elapsed(start, end) == 600)
        #expect(driver.call("cuEventQuery", end) == 600)
        #expect(driver.call("cuEventSynchronize", end) == 0)
        #expect(driver.call("cuEventQuery", end) == 0)
        #expect(elapsed(start, end) == 0)
        #expect(milliseconds >= 0)
        #expect(elapsed(start, untimed) == 400)
        #expect(driver.call("cuEventDestroy_v2", end) == 0)
        #expect(driver.call("cuEventQuery", end) == 400)
    }

    @Test func `copies and fills stay within their memory`() throws {
        let device = try probes.memory([1, 2, 3, 4]), host = try pinned([0, 0, 0, 0])
        #expect(driver.call("cuMemcpyDtoHAsync_v2", address(host), device + 4, 12, probes.stream) == 0)
        #expect(driver.call("cuMemcpyDtoHAsync_v2", address(host), device + 4, 16, probes.stream) == 1)
        #expect(driver.call("cuMemcpyHtoDAsync_v2", device - 4, address(host), 4, probes.stream) == 1)
        #expect(driver.call("cuMemcpyHtoDAsync_v2", device, 0, 4, probes.stream) == 1)
        #expect(driver.call("cuMemcpyDtoDAsync_v2", device + 8, device, 12, probes.stream) == 1)
        #expect(driver.call("cuMemsetD8Async", device, 0, 17, probes.stream) == 1)
        #expect(driver.call("cuMemsetD32Async", device, 0, 5, probes.stream) == 1)
        #expect(driver.call("cuMemsetD32Async", device + 2, 0, 1, probes.stream) == 1)
        #expect(driver.lastErrorText == "cuMemsetD32Async: not on a boundary of 4 bytes")
        #expect(driver.call("cuMemsetD32Async", device + 4, UInt(Float(5).bitPattern), 2, probes.stream) == 0)
        #expect(driver.call("cuMemcpyDtoDAsync_v2", device, device + 4, 12, probes.stream) == 0)
        #expect(driver.call("cuMemsetD8Async", device + 12, 0, 4, probes.stream) == 0)
        #expect(try probes.read(device, count: 4) == [5, 5, 4, 0])
    }

    @Test func `a wrong kernel spoils the context for good`() throws {
        let y = try probes.memory(count: 64)
        let wrong = try probes.function("probe_mistake")
        #expect(driver.launch(wrong, blocks: (4, 1, 1), threads: (64, 1, 1), stream: probes.stream, words: [0, y, 0]) == 0)
        #expect(driver.call("cuStreamSynchronize", probes.stream) == 719)
        #expect(driver.call("cuStreamSynchronize", probes.stream) == 719)
        #expect(driver.call("cuMemFree_v2", y) == 719)
        #expect(throws: Code(number: 719)) { try driver.value("cuMemAlloc_v2", 4) }
        #expect(try driver.value("cuDriverGetVersion") == 12080)
        #expect(driver.set("") == 0)
        #expect(driver.call("cuMemFree_v2", y) == 0)
    }
}
