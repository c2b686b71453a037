import CSwiftCells
import Glibc

/// How the code of a cell ended.
enum CellEnd {
    case ended
    case threw(any Error)
    /// A failed check of Swift's or of the processor's, with the instructions that led there, innermost first.
    case trapped(signal: Int32, frames: [UInt])
    case interrupted

    init(_ end: cswiftcells_end) {
        switch Int(end.kind) {
        case Int(CSWIFTCELLS_THREW): self = .threw(Self.error(end.error))
        case Int(CSWIFTCELLS_TRAPPED): self = .trapped(signal: end.signal, frames: Self.frames(end))
        case Int(CSWIFTCELLS_INTERRUPTED): self = .interrupted
        default: self = .ended
        }
    }

    /// A Swift error is one pointer to a box, which the cell has handed over.
    private static func error(_ pointer: UnsafeMutableRawPointer?) -> any Error {
        guard let pointer else { return CancellationError() }
        return unsafeBitCast(pointer, to: (any Error).self)
    }

    private static func frames(_ end: cswiftcells_end) -> [UInt] {
        withUnsafeBytes(of: end.frames) { bytes in
            bytes.bindMemory(to: UInt.self).prefix(Int(end.frame_count)).map { $0 }
        }
    }
}
