package import CApusCUDA

/// The NVIDIA driver of this machine, loaded at run time.
///
/// `@unchecked Sendable`: its functions never change, and may be called from any thread.
public final class CUDADriver: @unchecked Sendable {
    /// The functions of the driver. They work in the context that is current on the calling thread: see `CUDAContext.call`.
    package let functions: apus_cuda_driver_t
    /// The newest CUDA that the driver is for.
    public let version: CUDAVersion

    /// The driver of this process, loaded when first asked for.
    public static let shared: Result<CUDADriver, CUDAError> = Result { () throws(CUDAError) in try load() }

    /// Loads and initialises a driver.
    ///
    /// - Parameter path: the library; nil for the one of `APUS_CUDA_DRIVER`, or the installed one.
    /// - Throws: a `CUDAError` of the kind `unavailable` when there is none, it is older than CUDA 12.0, or it has no device.
    public static func load(path: String? = nil) throws(CUDAError) -> CUDADriver {
        let driver = try CUDADriver(path: path)
        try driver.check(driver.functions.`init`(0), "cuInit", isSetup: true)
        return driver
    }

    private init(path: String?) throws(CUDAError) {
        var functions = apus_cuda_driver_t()
        var report = apus_cuda_load_report_t()
        let status =
            if let path { path.withCString { apus_cuda_load($0, &functions, &report) } } else { apus_cuda_load(nil, &functions, &report) }
        guard status == APUS_CUDA_LOADED else { throw CUDAError(status, report) }
        self.functions = functions
        version = CUDAVersion(report.version)
    }

    /// - Parameters:
    ///   - result: what `function` returned.
    ///   - isSetup: whether a failure means that there is no usable device.
    func check(_ result: apus_cuda_result_t, _ function: StaticString, isSetup: Bool = false) throws(CUDAError) {
        guard result != APUS_CUDA_SUCCESS else { return }
        throw CUDAError(code: Int(result), function: "\(function)", explanation: explanation(result), isSetup: isSetup)
    }

    /// Such as `CUDA_ERROR_INVALID_VALUE: invalid argument`.
    func explanation(_ result: apus_cuda_result_t) -> String {
        var name: UnsafePointer<CChar>?
        var text: UnsafePointer<CChar>?
        guard functions.error_name(result, &name) == APUS_CUDA_SUCCESS, let name else { return "which this driver has no name for" }
        guard functions.error_text(result, &text) == APUS_CUDA_SUCCESS, let text else { return String(cString: name) }
        // A few of the driver's texts end with a full stop.
        let sentence = String(cString: text)
        return "\(String(cString: name)): \(sentence.hasSuffix(".") ? String(sentence.dropLast()) : sentence)"
    }
}

/// A version of CUDA, such as 12.4.
public struct CUDAVersion: Sendable, Hashable, Comparable, CustomStringConvertible {
    public let major: Int
    public let minor: Int

    /// - Parameter number: as the driver tells it: 12040 for 12.4.
    init(_ number: Int32) {
        major = Int(number) / 1000
        minor = Int(number) % 1000 / 10
    }

    public var description: String { "\(major).\(minor)" }

    public static func < (a: CUDAVersion, b: CUDAVersion) -> Bool { (a.major, a.minor) < (b.major, b.minor) }
}
