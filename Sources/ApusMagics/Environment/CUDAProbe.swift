import Glibc

/// Whether there is an NVIDIA driver and a device, found by loading the driver at run time (CUDA driver API).
struct CUDAProbe {
    let summary: String

    init() {
        guard let library = dlopen("libcuda.so.1", RTLD_NOW | RTLD_LOCAL) else {
            summary = "no NVIDIA driver"
            return
        }
        defer { dlclose(library) }
        summary = Self.ask(library) ?? "an NVIDIA driver that does not answer"
    }

    private typealias Initialise = @convention(c) (UInt32) -> Int32
    private typealias ReadNumber = @convention(c) (UnsafeMutablePointer<Int32>) -> Int32
    private typealias ReadName = @convention(c) (UnsafeMutablePointer<CChar>, Int32, Int32) -> Int32

    private static func ask(_ library: UnsafeMutableRawPointer) -> String? {
        guard let initialise = dlsym(library, "cuInit"), let version = dlsym(library, "cuDriverGetVersion"),
            let count = dlsym(library, "cuDeviceGetCount"), let name = dlsym(library, "cuDeviceGetName")
        else { return nil }
        var driver: Int32 = 0
        guard unsafeBitCast(version, to: ReadNumber.self)(&driver) == 0 else { return nil }
        let versionText = "driver for CUDA \(driver / 1000).\(driver % 1000 / 10)"
        let status = unsafeBitCast(initialise, to: Initialise.self)(0)
        guard status == 0 else { return "\(versionText), no usable device (error \(status))" }
        var devices: Int32 = 0
        guard unsafeBitCast(count, to: ReadNumber.self)(&devices) == 0, devices > 0 else { return "\(versionText), no device" }
        // A device's ordinal is also its handle (CUdevice) in every driver so far, as cuDeviceGet documents.
        var text = [CChar](repeating: 0, count: 128)
        guard unsafeBitCast(name, to: ReadName.self)(&text, 128, 0) == 0 else { return "\(versionText), \(devices) device(s)" }
        return "\(versionText), \(devices) × \(String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self))"
    }
}
