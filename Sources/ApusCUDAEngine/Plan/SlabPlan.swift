/// Lays out the memory of one model on a device: places in one slab of floats.
struct SlabPlan {
    /// Floats reserved so far.
    private(set) var count = 0

    /// Places begin on boundaries of 256 bytes, so that rows can be read as whole vectors.
    private static let alignment = 64

    /// Room for `floats` floats, one at least.
    mutating func reserve(_ floats: Int) -> Int {
        defer { count += (max(floats, 1) + Self.alignment - 1) / Self.alignment * Self.alignment }
        return count
    }
}
