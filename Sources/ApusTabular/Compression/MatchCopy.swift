/// Copies `length` bytes from `distance` before `position` to `position`; they may overlap, which repeats them (LZ77).
///
/// - Precondition: `distance` lies within what is written, and `length` within the room.
@inline(__always)
func copyMatch(_ output: UnsafeMutableRawPointer, at position: Int, distance: Int, length: Int, capacity: Int) {
    let destination = output + position
    let source = destination - distance
    // Words may be written beyond the end of the match where there is room: what comes next overwrites them.
    if distance >= 8, position + length + 8 <= capacity {
        var offset = 0
        while offset < length {
            destination.storeBytes(of: source.loadUnaligned(fromByteOffset: offset, as: UInt64.self), toByteOffset: offset, as: UInt64.self)
            offset += 8
        }
    } else {
        for offset in 0..<length {
            destination.storeBytes(of: source.load(fromByteOffset: offset, as: UInt8.self), toByteOffset: offset, as: UInt8.self)
        }
    }
}

/// Copies literal bytes, in words where both sides have room beyond the end.
@inline(__always)
func copyLiterals(
    _ input: UnsafeRawPointer, at start: Int, available: Int, _ output: UnsafeMutableRawPointer, at position: Int, length: Int, capacity: Int
) {
    if length <= 16, start + 16 <= available, position + 16 <= capacity {
        let low = input.loadUnaligned(fromByteOffset: start, as: UInt64.self)
        let high = input.loadUnaligned(fromByteOffset: start + 8, as: UInt64.self)
        output.storeBytes(of: low, toByteOffset: position, as: UInt64.self)
        output.storeBytes(of: high, toByteOffset: position + 8, as: UInt64.self)
    } else {
        (output + position).copyMemory(from: input + start, byteCount: length)
    }
}
