/// Floats that tensors share: either owned and aligned to 64 bytes, or borrowed from an owner (a memory map) that is kept alive.
final class TensorStorage: @unchecked Sendable {  // written only while one tensor holds it (copy on write)
    static let alignment = 64

    let base: UnsafeMutablePointer<Float>
    let count: Int
    /// Keeps borrowed memory alive; nil when this object owns the memory.
    private let owner: AnyObject?

    var isBorrowed: Bool { owner != nil }

    /// Uninitialised memory for `count` floats.
    init(count: Int) {
        let bytes = Swift.max(count, 1) * MemoryLayout<Float>.stride
        base = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: Self.alignment).bindMemory(to: Float.self, capacity: Swift.max(count, 1))
        self.count = count
        owner = nil
    }

    init(borrowing memory: UnsafeBufferPointer<Float>, owner: AnyObject) {
        // Never written: `isBorrowed` makes every writer copy first.
        base = UnsafeMutablePointer(mutating: memory.baseAddress ?? UnsafePointer(bitPattern: Self.alignment)!)
        count = memory.count
        self.owner = owner
    }

    deinit {
        if owner == nil { UnsafeMutableRawPointer(base).deallocate() }
    }
}
