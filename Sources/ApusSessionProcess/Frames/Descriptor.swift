import Glibc

/// A file descriptor that closes with its last reference.
final class Descriptor: Sendable {
    let number: Int32

    init(_ number: Int32) { self.number = number }

    deinit { close(number) }

    /// What reading gave.
    enum Reading {
        case bytes(UnsafeRawBufferPointer)
        /// Nothing is there now.
        case nothing
        /// The other side is closed.
        case end
    }

    /// Reads what is there into `buffer`, without waiting.
    func read(into buffer: UnsafeMutableRawBufferPointer, isSocket: Bool) -> Reading {
        while true {
            let count =
                isSocket
                ? recv(number, buffer.baseAddress, buffer.count, Int32(MSG_DONTWAIT)) : Glibc.read(number, buffer.baseAddress, buffer.count)
            if count > 0 { return .bytes(UnsafeRawBufferPointer(rebasing: buffer[..<count])) }
            if count == 0 { return .end }
            if errno == EAGAIN { return .nothing }
            if errno != EINTR { return .end }
        }
    }
}
