/// Where one parameter lies in a flat buffer, in floats.
public struct ParameterSlot: Sendable, Hashable {
    public let offset: Int
    public let count: Int
}

/// All parameters of a model in one flat buffer, so that an optimiser or a copy is one pass over memory.
///
/// Each parameter begins on a cache line; the gaps are zero and stay zero under any elementwise optimiser, because their gradients are zero.
public final class ParameterBuffer {
    /// Floats, gaps included.
    public let count: Int
    public let slots: [ParameterSlot]
    private let base: UnsafeMutablePointer<Float>

    /// Changes with every write, so that what is derived from the parameters knows when it is stale.
    public private(set) var version: UInt64 = 1

    public init(counts: [Int]) {
        var offset = 0
        slots = counts.map { count in
            defer { offset += (count + 15) / 16 * 16 }
            return ParameterSlot(offset: offset, count: count)
        }
        count = offset
        base = AlignedMemory.allocate(offset)
    }

    deinit { AlignedMemory.deallocate(base) }

    /// The parameters for reading. Valid while this object lives.
    public var values: UnsafeBufferPointer<Float> { UnsafeBufferPointer(start: base, count: count) }

    /// Calls `body` with all parameters for writing.
    public func update<R, E: Error>(_ body: (UnsafeMutableBufferPointer<Float>) throws(E) -> R) throws(E) -> R {
        version += 1
        return try body(UnsafeMutableBufferPointer(start: base, count: count))
    }
}

/// Zeroed memory on cache-line boundaries.
package enum AlignedMemory {
    package static func allocate(_ count: Int) -> UnsafeMutablePointer<Float> {
        let floats = max(count, 16)
        let raw = UnsafeMutableRawPointer.allocate(byteCount: floats * MemoryLayout<Float>.stride, alignment: 64)
        let memory = raw.bindMemory(to: Float.self, capacity: floats)
        memory.initialize(repeating: 0, count: floats)
        return memory
    }

    package static func deallocate(_ memory: UnsafeMutablePointer<Float>) { UnsafeMutableRawPointer(memory).deallocate() }
}
