import CApusCUDA

/// Memory of the host that the device copies from and to by itself, while the host goes on: elements whose content is undefined at first.
///
/// Not `Sendable`: who reads or writes elements must know that no copy of a stream does at the same time.
package final class PinnedMemory<Element: BitwiseCopyable> {
    package let context: CUDAContext
    package let elements: UnsafeMutableBufferPointer<Element>

    /// - Throws: a `CUDAError` of the kind `outOfMemory` when the host has no more memory that can be pinned.
    package init(count: Int, _ context: CUDAContext) throws(CUDAError) {
        precondition(count >= 0)
        var pointer: UnsafeMutableRawPointer?
        let byteCount = count * MemoryLayout<Element>.stride
        // The driver refuses to allocate nothing.
        let result = context.result { $0.host_allocate(&pointer, max(byteCount, 1), 0) }
        if result == APUS_CUDA_ERROR_OUT_OF_MEMORY {
            throw CUDAError(
                .outOfMemory, code: Int(result), "the host has too little memory that the GPU may copy from: \(MemorySize(byteCount)) are needed",
                nextStep: "Close other programs, or train on the CPU with --device cpu")
        }
        try context.device.driver.check(result, "cuMemHostAlloc")
        guard let pointer else { preconditionFailure("cuMemHostAlloc succeeded without memory") }
        self.context = context
        elements = UnsafeMutableBufferPointer(start: pointer.bindMemory(to: Element.self, capacity: max(count, 1)), count: count)
    }

    deinit { context.release { $0.host_free(elements.baseAddress) } }

    package var count: Int { elements.count }

    /// The bytes of some elements, or of all.
    func bytes(_ range: Range<Int>?) -> UnsafeMutableRawBufferPointer {
        let range = range ?? 0..<count
        precondition(range.lowerBound >= 0 && range.upperBound <= count, "elements \(range) are not within \(count)")
        return UnsafeMutableRawBufferPointer(UnsafeMutableBufferPointer(rebasing: elements[range]))
    }
}
