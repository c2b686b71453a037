import CUDATestSupport
import Testing

/// Device memory: limits, contents, leaks.
@Suite struct MemoryTests {
    @Test func `new memory is NaN`() throws {
        let probes = try Probes()
        for value in try probes.read(probes.memory(count: 100), count: 100) { #expect(value.isNaN) }
    }

    @Test func `a device has so much memory and no more`() throws {
        let probes = try Probes("memory=1000"), driver = probes.driver
        let first = try driver.value("cuMemAlloc_v2", 600)
        #expect(throws: Code(number: 2)) { try driver.value("cuMemAlloc_v2", 401) }
        #expect(driver.lastErrorText == "cuMemAlloc: 401 bytes of 400 that are free")
        let second = try driver.value("cuMemAlloc_v2", 400)
        #expect(throws: Code(number: 2)) { try driver.value("cuMemAlloc_v2", 1) }
        #expect(driver.call("cuMemFree_v2", first) == 0)
        #expect(try driver.value("cuDeviceTotalMem_v2", 0) == 1000)
        var sizes: (UInt, UInt) = (0, 0)
        withUnsafeMutableBytes(of: &sizes) {
            let address = UInt(bitPattern: $0.baseAddress)
            #expect(driver.call("cuMemGetInfo_v2", address, address + 8) == 0)
        }
        #expect(sizes == (600, 1000))
        #expect(driver.call("cuMemFree_v2", second) == 0)
    }

    @Test func `what is not freed is counted`() throws {
        let probes = try Probes(), driver = probes.driver
        let device = try driver.value("cuMemAlloc_v2", 100), host = try driver.value("cuMemHostAlloc", 10, 0)
        #expect(driver.statistics == FakeStatistics(allocations: 1, bytes: 100, hostAllocations: 1))
        #expect(driver.call("cuMemFree_v2", device) == 0)
        #expect(driver.call("cuMemFreeHost", host) == 0)
        #expect(driver.statistics == FakeStatistics())
    }

    @Test func `what is no memory is not freed`() throws {
        let probes = try Probes(), driver = probes.driver
        let device = try driver.value("cuMemAlloc_v2", 100)
        #expect(driver.call("cuMemFree_v2", device + 4) == 1)
        #expect(driver.call("cuMemFreeHost", device) == 1)
        #expect(driver.call("cuMemFree_v2", device) == 0)
        #expect(driver.call("cuMemFree_v2", device) == 1)
        #expect(driver.call("cuMemFree_v2", 0) == 0)
        #expect(throws: Code(number: 1)) { try driver.value("cuMemAlloc_v2", 0) }
    }

    @Test func `freeing waits for the device`() throws {
        let probes = try Probes(), driver = probes.driver
        let from = try probes.memory([5]), to = try probes.memory([0])
        #expect(driver.call("cuMemcpyDtoDAsync_v2", to, from, 4, probes.stream) == 0)
        #expect(driver.call("cuMemFree_v2", from) == 0)
        #expect(try probes.read(to, count: 1) == [5])
    }
}
