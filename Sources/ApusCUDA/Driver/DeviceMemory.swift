import CApusCUDA

/// Memory on the device: bytes whose content is undefined at first.
///
/// Copies and fills are work of a stream: they are done later, in order. Both ends must stay until the stream has done them.
///
/// `@unchecked Sendable`: the driver's functions may be called from any thread; what is in the memory is ordered by streams.
package final class DeviceMemory: @unchecked Sendable {
    package let context: CUDAContext
    package let byteCount: Int
    /// Where it begins in the device's address space.
    package let address: UInt64

    /// - Throws: a `CUDAError` of the kind `outOfMemory` that says how much is needed and how much is free.
    package init(byteCount: Int, _ context: CUDAContext) throws(CUDAError) {
        precondition(byteCount >= 0)
        var address: apus_cuda_address_t = 0
        // The driver refuses to allocate nothing.
        let result = context.result { $0.memory_allocate(&address, max(byteCount, 1)) }
        if result == APUS_CUDA_ERROR_OUT_OF_MEMORY {
            let memory = try? context.memory()
            throw CUDAError(needed: byteCount, free: memory?.free, total: memory?.total)
        }
        try context.device.driver.check(result, "cuMemAlloc")
        self.context = context
        self.byteCount = byteCount
        self.address = address
    }

    /// Memory for `count` elements of a type.
    package convenience init<Element: BitwiseCopyable>(
        _ type: Element.Type, count: Int, _ context: CUDAContext
    ) throws(CUDAError) {
        try self.init(byteCount: count * MemoryLayout<Element>.stride, context)
    }

    deinit { context.release { $0.memory_free(address) } }

    /// The place `byteOffset` bytes behind the beginning, as kernels' arguments have it. The pointer means nothing on the host.
    package func pointer<Element: BitwiseCopyable>(to type: Element.Type, byteOffset: Int = 0) -> UnsafeMutablePointer<Element> {
        check(byteOffset, 0)
        return UnsafeMutablePointer(bitPattern: UInt(address) + UInt(byteOffset))!
    }

    /// Copies elements of pinned memory to the place `byteOffset`.
    ///
    /// - Parameter range: of the elements; nil for all.
    package func upload<Element>(
        _ source: PinnedMemory<Element>, _ range: Range<Int>? = nil, to byteOffset: Int = 0, on stream: CUDAStream
    ) throws(CUDAError) {
        let bytes = source.bytes(range)
        check(byteOffset, bytes.count)
        guard let start = bytes.baseAddress, bytes.count > 0 else { return }
        try context.call("cuMemcpyHtoDAsync") { $0.upload(address + UInt64(byteOffset), start, bytes.count, stream.handle) }
    }

    /// Copies from the place `byteOffset` to elements of pinned memory, which are there once the stream has come so far.
    ///
    /// - Parameter range: of the elements; nil for all.
    package func download<Element>(
        _ target: PinnedMemory<Element>, _ range: Range<Int>? = nil, from byteOffset: Int = 0, on stream: CUDAStream
    ) throws(CUDAError) {
        let bytes = target.bytes(range)
        check(byteOffset, bytes.count)
        guard let start = bytes.baseAddress, bytes.count > 0 else { return }
        try context.call("cuMemcpyDtoHAsync") { $0.download(start, address + UInt64(byteOffset), bytes.count, stream.handle) }
    }

    /// Copies `byteCount` bytes from the place `sourceOffset` of other memory, or of another part of this one, to the place `byteOffset`.
    package func copy(
        from source: DeviceMemory, at sourceOffset: Int = 0, to byteOffset: Int = 0, byteCount: Int, on stream: CUDAStream
    ) throws(CUDAError) {
        source.check(sourceOffset, byteCount)
        check(byteOffset, byteCount)
        guard byteCount > 0 else { return }
        let from = source.address + UInt64(sourceOffset)
        try context.call("cuMemcpyDtoDAsync") { $0.copy(address + UInt64(byteOffset), from, byteCount, stream.handle) }
    }

    /// Sets bytes from the place `byteOffset` on.
    ///
    /// - Parameter count: of the bytes; nil for all to the end.
    package func fill(byte: UInt8, at byteOffset: Int = 0, count: Int? = nil, on stream: CUDAStream) throws(CUDAError) {
        let count = count ?? byteCount - byteOffset
        check(byteOffset, count)
        guard count > 0 else { return }
        try context.call("cuMemsetD8Async") { $0.fill_bytes(address + UInt64(byteOffset), byte, count, stream.handle) }
    }

    /// Sets numbers from the place `byteOffset` on, a boundary of 4 bytes.
    ///
    /// - Parameter count: of the numbers; nil for all to the end.
    package func fill(float value: Float, at byteOffset: Int = 0, count: Int? = nil, on stream: CUDAStream) throws(CUDAError) {
        let count = count ?? (byteCount - byteOffset) / 4
        precondition(byteOffset % 4 == 0)
        check(byteOffset, count * 4)
        guard count > 0 else { return }
        try context.call("cuMemsetD32Async") { $0.fill_words(address + UInt64(byteOffset), value.bitPattern, count, stream.handle) }
    }

    private func check(_ byteOffset: Int, _ count: Int) {
        precondition(
            byteOffset >= 0 && count >= 0 && byteOffset + count <= byteCount, "\(count) B at \(byteOffset) are not within \(byteCount) B of the GPU")
    }
}
