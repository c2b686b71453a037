import ApusSystem
import Glibc

/// The bytes of an added file by their offset.
final class ContentSource {
    private enum Storage {
        case bytes([UInt8])
        case file(Int32)
    }

    private let storage: Storage

    init(_ content: CommitRequest.Content) throws(ServerFailure) {
        switch content {
        case .bytes(let bytes): storage = .bytes(bytes)
        case .file(let path):
            let descriptor = open(path, O_RDONLY | O_CLOEXEC)
            guard descriptor >= 0 else { throw ServerFailure(HubError(SystemError("read", path))) }
            storage = .file(descriptor)
        }
    }

    deinit { if case .file(let descriptor) = storage { close(descriptor) } }

    /// Fills the buffer as far as possible; nil when nothing can be read there.
    func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) -> Int? {
        switch storage {
        case .bytes(let bytes):
            let count = min(buffer.count, bytes.count - offset)
            guard count > 0 else { return nil }
            bytes.withUnsafeBytes { buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[offset..<offset + count])) }
            return count
        case .file(let descriptor):
            while true {
                let count = pread(descriptor, buffer.baseAddress, buffer.count, offset)
                if count < 0, errno == EINTR { continue }
                return count > 0 ? count : nil
            }
        }
    }
}
