import Testing

/// How tests make the driver another one, or make it fail.
@Suite struct SettingsTests {
    @Test func `nothing works before the driver is initialised, or without a context`() throws {
        let driver = try MockDriver()
        #expect(throws: Code(number: 3)) { try driver.value("cuDeviceGetCount") }
        #expect(driver.call("cuInit", 1) == 1)
        #expect(driver.call("cuInit", 0) == 0)
        #expect(throws: Code(number: 201)) { try driver.value("cuMemAlloc_v2", 4) }
        let context = try driver.value("cuDevicePrimaryCtxRetain", 0)
        #expect(driver.call("cuCtxSetCurrent", context) == 0)
        #expect(try driver.value("cuCtxGetCurrent") == context)
        #expect(driver.call("cuCtxSynchronize") == 0)
        #expect(driver.call("cuDevicePrimaryCtxRelease_v2", 0) == 0)
        #expect(driver.call("cuCtxSynchronize") == 201)
        #expect(driver.call("cuDevicePrimaryCtxRelease_v2", 0) == 201)
        #expect(driver.call("cuCtxSetCurrent", context) == 201)
        #expect(driver.call("cuCtxSetCurrent", 0) == 0)
    }

    @Test func `devices are as they are set`() throws {
        let driver = try MockDriver("devices=2,driver=11040,capability=75,name=Small GPU")
        #expect(driver.call("cuInit", 0) == 0)
        #expect(try driver.value("cuDriverGetVersion") == 11040)
        #expect(try driver.value("cuDeviceGetCount") == 2)
        #expect(try driver.value("cuDeviceGet", 1) == 1)
        #expect(throws: Code(number: 101)) { try driver.value("cuDeviceGet", 2) }
        #expect(try driver.value("cuDeviceGetAttribute", 75, 1) == 7)
        #expect(try driver.value("cuDeviceGetAttribute", 76, 1) == 5)
        #expect(throws: Code(number: 1)) { try driver.value("cuDeviceGetAttribute", 9999, 1) }
        var name = [CChar](repeating: 1, count: 6), first = [UInt8](repeating: 0, count: 16), second = first
        #expect(name.withUnsafeMutableBytes { driver.call("cuDeviceGetName", UInt(bitPattern: $0.baseAddress), 6, 0) } == 0)
        #expect(name == Array("Small\0".utf8CString.dropLast()))
        #expect(first.withUnsafeMutableBytes { driver.call("cuDeviceGetUuid_v2", UInt(bitPattern: $0.baseAddress), 0) } == 0)
        #expect(second.withUnsafeMutableBytes { driver.call("cuDeviceGetUuid_v2", UInt(bitPattern: $0.baseAddress), 1) } == 0)
        #expect(first != second)
    }

    @Test func `the start fails as it is told`() throws {
        let driver = try MockDriver("init=803")
        #expect(driver.call("cuInit", 0) == 803)
        #expect(driver.set("init=0") == 0)
        #expect(driver.call("cuInit", 0) == 0)
    }

    @Test func `a call fails every time, or one time`() throws {
        let probes = try Probes(), driver = probes.driver
        #expect(driver.set("fail=cuCtxSynchronize:999,fail=cuStreamSynchronize:702@2") == 0)
        for _ in 0..<2 { #expect(driver.call("cuCtxSynchronize") == 999) }
        #expect((0..<4).map { _ in driver.call("cuStreamSynchronize", probes.stream) } == [0, 702, 0, 0])
        #expect(driver.lastErrorText == "cuStreamSynchronize: told to fail")
    }

    @Test(arguments: ["devices", "devices=two", "devices=-1", "order=sideways", "order=random:", "fail=cuInit", "colour=red", "memory="])
    func `settings that mean nothing are refused, and change nothing`(text: String) throws {
        let driver = try MockDriver("driver=11040")
        #expect(driver.set(text) == 1)
        #expect(driver.lastErrorText.hasPrefix("fake_cuda_set: "))
        #expect(try driver.value("cuDriverGetVersion") == 11040)
    }

    /// The address and the status that the look-up of functions gives, and its code.
    private func lookUp(_ name: String, version: UInt, in driver: MockDriver) -> (address: UInt, status: UInt, code: Int32) {
        var results: (UInt, UInt) = (1, 9)
        let code = withUnsafeMutableBytes(of: &results) { results in
            let address = UInt(bitPattern: results.baseAddress)
            return name.withCString { driver.call("cuGetProcAddress_v2", UInt(bitPattern: $0), address, version, 0, address + 8) }
        }
        return (results.0, results.1, code)
    }

    @Test func `functions are found by the name that means their newest variant`() throws {
        let driver = try MockDriver("missing=cuGraphLaunch")
        #expect(lookUp("cuMemAlloc", version: 12000, in: driver) == (UInt(bitPattern: driver.symbol("cuMemAlloc_v2")), 0, 0))
        #expect(lookUp("cuInit", version: 12000, in: driver) == (UInt(bitPattern: driver.symbol("cuInit")), 0, 0))
        #expect(lookUp("cuGraphLaunch", version: 12000, in: driver) == (0, 1, 500))
        #expect(lookUp("cuNothing", version: 12000, in: driver) == (0, 1, 500))
        #expect(lookUp("cuInit", version: 13000, in: driver) == (0, 2, 500), "newer than the driver")
    }

    @Test(arguments: ["cuMemAlloc", "cuMemFree", "cuMemGetInfo", "cuDeviceTotalMem", "cuMemcpyHtoDAsync", "cuMemcpyDtoHAsync", "cuMemcpyDtoDAsync"])
    func `names of functions with addresses of 32 bits do nothing`(name: String) throws {
        let driver = try MockDriver()
        #expect(driver.call(name) == 1)
        #expect(driver.lastErrorText == "\(name): this name means the function of CUDA 3.1")
    }

    @Test func `errors have names and texts`() throws {
        let driver = try MockDriver()
        var name: UInt = 0
        #expect(withUnsafeMutablePointer(to: &name) { driver.call("cuGetErrorName", 719, UInt(bitPattern: $0)) } == 0)
        #expect(String(cString: try #require(UnsafePointer<CChar>(bitPattern: name))) == "CUDA_ERROR_LAUNCH_FAILED")
        #expect(withUnsafeMutablePointer(to: &name) { driver.call("cuGetErrorString", 2, UInt(bitPattern: $0)) } == 0)
        #expect(String(cString: try #require(UnsafePointer<CChar>(bitPattern: name))) == "out of memory")
        #expect(withUnsafeMutablePointer(to: &name) { driver.call("cuGetErrorName", 12345, UInt(bitPattern: $0)) } == 1)
        #expect(name == 0)
    }
}
