import CApusCUDA

/// A program on the device: kernels that the driver has compiled for it.
///
/// `@unchecked Sendable`: the driver's functions may be called from any thread.
package final class CUDAModule: @unchecked Sendable {
    /// What the driver's compiler is asked for.
    package struct Options: Sendable {
        /// Registers that a thread may have; nil for the compiler's choice.
        package var maximumRegisters: Int?
        /// Whether profilers can name the lines of the source.
        package var keepsLines: Bool
        /// Whether `log` tells the registers and the memory of every kernel.
        package var isVerbose: Bool

        package init(maximumRegisters: Int? = nil, keepsLines: Bool = false, isVerbose: Bool = false) {
            self.maximumRegisters = maximumRegisters
            self.keepsLines = keepsLines
            self.isVerbose = isVerbose
        }
    }

    package let context: CUDAContext
    /// What the compiler said; often nothing.
    package let log: String
    private let handle: apus_cuda_module_t

    /// The kernels of Apus.
    ///
    /// - Throws: a `CUDAError` of the kind `unavailable` when the driver cannot compile them for this device.
    package convenience init(_ context: CUDAContext, options: Options = Options()) throws(CUDAError) {
        var count = 0
        try self.init(Compilation(apus_cuda_program(&count), options, context), context)
    }

    /// A program in PTX.
    ///
    /// - Throws: a `CUDAError` with what the compiler said, of the kind `unavailable` when it cannot compile the text.
    package convenience init(ptx: String, _ context: CUDAContext, options: Options = Options()) throws(CUDAError) {
        try self.init(ptx.withCString { Compilation($0, options, context) }, context)
    }

    private init(_ compilation: Compilation, _ context: CUDAContext) throws(CUDAError) {
        handle = try compilation.module(context.device.driver)
        log = compilation.log
        self.context = context
    }

    deinit { context.release { $0.module_unload(handle) } }

    /// A kernel of the program.
    package func function(_ name: String) throws(CUDAError) -> CUDAFunction { try CUDAFunction(name, of: self, handle) }
}

/// A program that the driver was given, with what became of it.
private struct Compilation {
    private let result: apus_cuda_result_t
    private let handle: apus_cuda_module_t?
    private let errors: String
    let log: String

    private static let logCapacity = 16_384

    init(_ image: UnsafePointer<CChar>, _ options: CUDAModule.Options, _ context: CUDAContext) {
        var handle: apus_cuda_module_t?
        let log = UnsafeMutableBufferPointer<CChar>.allocate(capacity: Self.logCapacity)
        let errors = UnsafeMutableBufferPointer<CChar>.allocate(capacity: Self.logCapacity)
        log.initialize(repeating: 0)
        errors.initialize(repeating: 0)
        defer {
            log.deallocate()
            errors.deallocate()
        }
        var settings: [(key: Int, value: UnsafeMutableRawPointer?)] = [
            (APUS_CUDA_JIT_INFO_LOG_BUFFER, UnsafeMutableRawPointer(log.baseAddress)),
            (APUS_CUDA_JIT_INFO_LOG_BUFFER_BYTES, Self.value(log.count)),
            (APUS_CUDA_JIT_ERROR_LOG_BUFFER, UnsafeMutableRawPointer(errors.baseAddress)),
            (APUS_CUDA_JIT_ERROR_LOG_BUFFER_BYTES, Self.value(errors.count)),
        ]
        if let registers = options.maximumRegisters { settings.append((APUS_CUDA_JIT_MAX_REGISTERS, Self.value(registers))) }
        if options.keepsLines { settings.append((APUS_CUDA_JIT_GENERATE_LINE_INFO, Self.value(1))) }
        if options.isVerbose { settings.append((APUS_CUDA_JIT_LOG_VERBOSE, Self.value(1))) }
        var keys = settings.map { Int32($0.key) }
        var values = settings.map(\.value)
        result = context.result { $0.module_load(&handle, image, UInt32(keys.count), &keys, &values) }
        self.handle = handle
        self.log = Self.text(log)
        self.errors = Self.text(errors)
    }

    func module(_ driver: CUDADriver) throws(CUDAError) -> apus_cuda_module_t {
        if result == APUS_CUDA_SUCCESS, let handle { return handle }
        let explanation = driver.explanation(result) + (errors.isEmpty ? "" : ", with '\(errors.prefix(200))'")
        throw CUDAError(code: Int(result), function: "cuModuleLoadDataEx", explanation: explanation, isSetup: false)
    }

    /// The driver takes numbers in the place of pointers.
    private static func value(_ number: Int) -> UnsafeMutableRawPointer? { UnsafeMutableRawPointer(bitPattern: number) }

    /// The lines of a log, as one.
    private static func text(_ log: UnsafeMutableBufferPointer<CChar>) -> String {
        let bytes = UnsafeRawBufferPointer(log).prefix { $0 != 0 }
        return String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline).joined(separator: "; ")
    }
}
