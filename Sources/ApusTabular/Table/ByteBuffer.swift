import ApusData
import Glibc

/// Memory that grows when it is asked for more, and is reused. Nothing is written to it beforehand, so that a size that
/// a damaged file claims costs nothing until bytes really come.
package final class ByteBuffer {
    private var start: UnsafeMutableRawPointer?
    private var capacity = 0

    deinit { free(start) }

    /// Room for `count` bytes; what was there before is lost.
    func room(_ count: Int) throws(DataError) -> UnsafeMutableRawBufferPointer {
        if count > capacity || start == nil {
            free(start)
            start = malloc(max(count, 4096))
            capacity = start == nil ? 0 : max(count, 4096)
            guard start != nil else { throw DataError(.system, "there is no memory for \(count) bytes; close other programs or read fewer columns") }
        }
        return UnsafeMutableRawBufferPointer(start: start, count: count)
    }
}
