import ApusCUDA

/// Elements on the device and their counterpart on the host, for copies that do not wait.
struct DeviceArray<Element: BitwiseCopyable> {
    let host: PinnedMemory<Element>
    let device: DeviceMemory

    init(count: Int, _ context: CUDAContext) throws(CUDAError) {
        host = try PinnedMemory(count: count, context)
        device = try DeviceMemory(Element.self, count: count, context)
    }

    /// Copies `elements` to the device; the host's counterpart must not be in use.
    init(_ elements: [Element], on stream: CUDAStream) throws(CUDAError) {
        try self.init(count: elements.count, stream.context)
        _ = host.elements.update(from: elements)
        try device.upload(host, on: stream)
    }

    var count: Int { host.count }

    var pointer: UnsafeMutablePointer<Element> { device.pointer(to: Element.self) }

    func upload(_ range: Range<Int>, on stream: CUDAStream) throws(CUDAError) {
        try device.upload(host, range, to: range.lowerBound * MemoryLayout<Element>.stride, on: stream)
    }

    func download(_ range: Range<Int>, on stream: CUDAStream) throws(CUDAError) {
        try device.download(host, range, from: range.lowerBound * MemoryLayout<Element>.stride, on: stream)
    }
}
