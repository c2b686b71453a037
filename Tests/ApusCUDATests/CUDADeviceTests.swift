import ApusCUDA
import CUDATestSupport
import Testing

@Suite struct CUDADeviceTests {
    @Test func `a device tells what it is`() throws {
        let fake = try FakeCUDA("name=NVIDIA H200,capability=90,memory=150000000000,driver=13000")
        let device = try fake.device()
        #expect(device.description == "NVIDIA H200, 139 GiB, compute capability 9.0, driver for CUDA 13.0")
        #expect(device.name == "NVIDIA H200")
        #expect(device.capability == CUDACapability(major: 9, minor: 0))
        #expect(device.totalMemory == 150_000_000_000)
        #expect(device.multiprocessorCount > 0)
        #expect(device.sharedMemoryPerBlock >= 48 << 10)
        #expect(try /GPU-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/.wholeMatch(in: device.uuid) != nil)
    }

    @Test func `devices are listed in the order of the driver, each with an identifier of its own`() throws {
        let devices = try CUDADevice.all(of: FakeCUDA("devices=3").load())
        #expect(devices.count == 3)
        #expect(Set(devices.map(\.uuid)).count == 3)
        #expect(try CUDADevice.best(of: FakeCUDA("devices=3").load()).uuid == devices[0].uuid)
    }

    @Test func `small memory is told in MiB`() throws {
        #expect(try FakeCUDA("memory=536870912").device().description.contains("GPU, 512 MiB, compute"))
    }

    @Test func `a driver that lists no device is unavailable`() throws {
        let fake = try FakeCUDA("devices=0")
        let error = try cudaError { try fake.device() }
        #expect(error.kind == .unavailable)
        #expect(error.message.hasPrefix("the NVIDIA driver"))
        #expect(error.nextStep.contains("CUDA_VISIBLE_DEVICES"))
    }

    @Test(arguments: [70, 75]) func `an old device is named with what it lacks`(capability: Int) throws {
        let fake = try FakeCUDA("name=Tesla T4,capability=\(capability)")
        let error = try cudaError { try fake.device() }
        #expect(error.kind == .unavailable)
        #expect(error.message == "no GPU here is new enough: Tesla T4 has compute capability 7.\(capability % 10), and Apus needs 8.0 or later")
        #expect(error.nextStep.contains("--device cpu"))
    }

    @Test(arguments: [80, 86, 90, 120]) func `devices from Ampere on can be used`(capability: Int) throws {
        let device = try FakeCUDA("capability=\(capability)").device()
        #expect(device.capability == CUDACapability(major: capability / 10, minor: capability % 10))
    }

    @Test(arguments: [(11040, "11.4"), (11080, "11.8"), (0, "0.0")]) func `an old driver is called old`(number: Int, version: String) throws {
        let fake = try FakeCUDA("driver=\(number)")
        let error = try cudaError { try fake.load() }
        #expect(error.kind == .unavailable)
        #expect(error.message == "the NVIDIA driver is for CUDA \(version), and Apus needs one for CUDA 12.0 or later")
        #expect(error.nextStep.contains("driver 525 or newer"))
    }

    @Test(arguments: [12000, 12080, 13020]) func `a driver for CUDA 12 or later can be used`(number: Int) throws {
        let driver = try FakeCUDA("driver=\(number)").load()
        #expect(driver.version.description == "\(number / 1000).\(number % 1000 / 10)")
    }

    @Test(arguments: ["cuMemAlloc", "cuGraphInstantiateWithFlags", "cuGetErrorName"])
    func `a driver that lacks a function is told by its name`(function: String) throws {
        let fake = try FakeCUDA("missing=\(function)")
        let error = try cudaError { try fake.load() }
        #expect(error.kind == .unavailable)
        #expect(error.message == "the CUDA driver '\(fake.path)' has no function \(function)")
    }

    @Test(arguments: [100, 46, 101, 802, 803, 804, 999, 34])
    func `no failure of the driver's start is more than a missing GPU`(code: Int) throws {
        let fake = try FakeCUDA("init=\(code)")
        let error = try cudaError { try fake.load() }
        #expect(error.kind == .unavailable)
        #expect(error.code == code)
        #expect(error.message.contains("cuInit failed with error \(code), "))
    }

    @Test(arguments: [
        "cuDeviceGetCount", "cuDeviceGet", "cuDeviceGetName", "cuDeviceGetUuid", "cuDeviceTotalMem", "cuDeviceGetAttribute",
        "cuDevicePrimaryCtxRetain",
    ])
    func `no failure while a device is looked at is more than a missing GPU`(function: String) throws {
        let fake = try FakeCUDA("fail=\(function):999")
        let error = try cudaError { try fake.context() }
        #expect(error.kind == .unavailable)
        #expect(error.message.contains("\(function) failed with error 999, CUDA_ERROR_UNKNOWN: unknown error"))
    }
}
