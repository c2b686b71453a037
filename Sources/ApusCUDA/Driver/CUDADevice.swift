import CApusCUDA

/// A GPU that the driver lists.
public struct CUDADevice: Sendable {
    /// Kernels are compiled for this generation and later ones.
    static let minimumCapability = CUDACapability(major: 8, minor: 0)

    package let driver: CUDADriver
    /// The driver's number for it, which is no ordinal.
    let handle: apus_cuda_device_t
    /// Such as `NVIDIA H200`.
    public let name: String
    /// Such as `GPU-6d1c3a52-...`: the same for this GPU in all processes, whatever CUDA_VISIBLE_DEVICES says.
    public let uuid: String
    public let capability: CUDACapability
    /// Streaming multiprocessors.
    public let multiprocessorCount: Int
    /// Bytes; some of them belong to the driver and to other programs.
    public let totalMemory: Int
    /// Bytes that one block of threads may have when it asks for more than the usual 48 KiB.
    public let sharedMemoryPerBlock: Int

    /// The first device that Apus can use, in the order of the driver, which leaves out what CUDA_VISIBLE_DEVICES does not name.
    ///
    /// - Throws: a `CUDAError` of the kind `unavailable` that says why there is none.
    public static func best() throws(CUDAError) -> CUDADevice { try best(of: CUDADriver.shared.get()) }

    /// The first device of a driver that Apus can use.
    package static func best(of driver: CUDADriver) throws(CUDAError) -> CUDADevice {
        let devices = try all(of: driver)
        guard !devices.isEmpty else {
            throw CUDAError(
                .unavailable, "the NVIDIA driver for CUDA \(driver.version) lists no GPU",
                nextStep: "Check that nvidia-smi lists one and that CUDA_VISIBLE_DEVICES does not hide it, or train on the CPU with --device cpu")
        }
        if let device = devices.first(where: { $0.capability >= minimumCapability }) { return device }
        let names = devices.map { "\($0.name) has compute capability \($0.capability)" }.joined(separator: ", ")
        throw CUDAError(
            .unavailable, "no GPU here is new enough: \(names), and Apus needs \(minimumCapability) or later",
            nextStep: "Use a GPU of the generation Ampere or a later one, or train on the CPU with --device cpu")
    }

    /// All devices of a driver, in its order.
    package static func all(of driver: CUDADriver) throws(CUDAError) -> [CUDADevice] {
        var count: Int32 = 0
        try driver.check(driver.functions.device_count(&count), "cuDeviceGetCount", isSetup: true)
        var devices: [CUDADevice] = []
        for ordinal in 0..<count { devices.append(try CUDADevice(ordinal, of: driver)) }
        return devices
    }

    private init(_ ordinal: Int32, of driver: CUDADriver) throws(CUDAError) {
        let functions = driver.functions
        var handle: apus_cuda_device_t = 0
        try driver.check(functions.device(&handle, ordinal), "cuDeviceGet", isSetup: true)
        func attribute(_ number: Int) throws(CUDAError) -> Int {
            var value: Int32 = 0
            try driver.check(functions.device_attribute(&value, Int32(number), handle), "cuDeviceGetAttribute", isSetup: true)
            return Int(value)
        }
        var name = [CChar](repeating: 0, count: 256)
        try driver.check(functions.device_name(&name, Int32(name.count), handle), "cuDeviceGetName", isSetup: true)
        var uuid = apus_cuda_uuid_t()
        try driver.check(functions.device_uuid(&uuid, handle), "cuDeviceGetUuid", isSetup: true)
        var totalMemory = 0
        try driver.check(functions.device_memory(&totalMemory, handle), "cuDeviceTotalMem", isSetup: true)
        self.driver = driver
        self.handle = handle
        self.name = String(decoding: name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        self.uuid = Self.text(uuid)
        self.totalMemory = totalMemory
        capability = CUDACapability(
            major: try attribute(APUS_CUDA_DEVICE_CAPABILITY_MAJOR), minor: try attribute(APUS_CUDA_DEVICE_CAPABILITY_MINOR))
        multiprocessorCount = try attribute(APUS_CUDA_DEVICE_MULTIPROCESSOR_COUNT)
        sharedMemoryPerBlock = try attribute(APUS_CUDA_DEVICE_SHARED_MEMORY_PER_BLOCK_OPTIN)
    }

    /// As nvidia-smi writes it.
    private static func text(_ uuid: apus_cuda_uuid_t) -> String {
        let digits = Array("0123456789abcdef")
        var text = "GPU-"
        withUnsafeBytes(of: uuid.bytes) { bytes in
            for (i, byte) in bytes.enumerated() {
                if [4, 6, 8, 10].contains(i) { text.append("-") }
                text.append(digits[Int(byte >> 4)])
                text.append(digits[Int(byte & 15)])
            }
        }
        return text
    }
}

extension CUDADevice: CustomStringConvertible {
    /// Such as `NVIDIA H200, 139 GiB, compute capability 9.0, driver for CUDA 13.0`.
    public var description: String {
        let memory = totalMemory >= 1 << 30 ? "\(totalMemory >> 30) GiB" : "\(MemorySize(totalMemory))"
        return "\(name), \(memory), compute capability \(capability), driver for CUDA \(driver.version)"
    }
}

/// The generation of a GPU, such as 9.0 for Hopper.
public struct CUDACapability: Sendable, Hashable, Comparable, CustomStringConvertible {
    public let major: Int
    public let minor: Int

    public init(major: Int, minor: Int) {
        self.major = major
        self.minor = minor
    }

    public var description: String { "\(major).\(minor)" }

    public static func < (a: CUDACapability, b: CUDACapability) -> Bool { (a.major, a.minor) < (b.major, b.minor) }
}
