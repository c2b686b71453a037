package import CApusCUDA

/// The use of a device by this process (its primary context). Everything on the device belongs to it and keeps it alive.
///
/// `@unchecked Sendable`: the driver's functions may be called from any thread, once the context is current there, which `call` sees to.
package final class CUDAContext: @unchecked Sendable {
    package let device: CUDADevice
    private let handle: apus_cuda_context_t

    /// Opens the device, which takes a fraction of a second for the first context of a process.
    ///
    /// - Throws: a `CUDAError`, `unavailable` when another program has the device for itself.
    package init(_ device: CUDADevice) throws(CUDAError) {
        let driver = device.driver
        var handle: apus_cuda_context_t?
        try driver.check(driver.functions.context_retain(&handle, device.handle), "cuDevicePrimaryCtxRetain", isSetup: true)
        guard let handle else { preconditionFailure("cuDevicePrimaryCtxRetain succeeded without a context") }
        self.device = device
        self.handle = handle
    }

    deinit { _ = device.driver.functions.context_release(device.handle) }

    /// Bytes of device memory that are free, for all programs, and bytes that the device has.
    package func memory() throws(CUDAError) -> (free: Int, total: Int) {
        var (free, total) = (0, 0)
        try call("cuMemGetInfo") { $0.memory_info(&free, &total) }
        return (free, total)
    }

    /// Waits for all work on the device.
    package func synchronize() throws(CUDAError) { try call("cuCtxSynchronize") { $0.context_synchronize() } }

    /// Calls the driver with this context current on the calling thread.
    ///
    /// - Parameter function: the driver's name for what `body` calls.
    package func call(_ function: StaticString, _ body: (borrowing apus_cuda_driver_t) -> apus_cuda_result_t) throws(CUDAError) {
        try device.driver.check(device.driver.functions.context_set_current(handle), "cuCtxSetCurrent")
        try device.driver.check(body(device.driver.functions), function)
    }

    /// What a call of the driver returns with this context current on the calling thread, for callers that judge it themselves.
    func result(_ body: (borrowing apus_cuda_driver_t) -> apus_cuda_result_t) -> apus_cuda_result_t {
        let result = device.driver.functions.context_set_current(handle)
        return result == APUS_CUDA_SUCCESS ? body(device.driver.functions) : result
    }

    /// Gives something back to the driver. After a device is lost nothing can be given back, and nothing is left to keep.
    func release(_ body: (borrowing apus_cuda_driver_t) -> apus_cuda_result_t) { _ = result(body) }

    /// Calls a function of the driver that makes something.
    func make<Handle>(
        _ function: StaticString, _ body: (borrowing apus_cuda_driver_t, UnsafeMutablePointer<Handle?>) -> apus_cuda_result_t
    ) throws(CUDAError) -> Handle {
        var handle: Handle?
        try call(function) { body($0, &handle) }
        guard let handle else { preconditionFailure("\(function) succeeded without a result") }
        return handle
    }
}
