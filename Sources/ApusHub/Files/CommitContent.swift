import ApusSystem
import Glibc

extension CommitRequest.Content {
    /// Size in bytes of what will be read.
    func size(name: String) throws(HubError) -> Int {
        switch self {
        case .bytes(let bytes): return bytes.count
        case .file(let path):
            guard let kind = FileSystem.kind(of: path) else {
                throw HubError(.entryNotFound, "there is no file \(path) to upload as \(name)", nextStep: "Run the cell that writes it first")
            }
            guard case .file(let size) = kind else {
                throw HubError(.invalidPath, "\(path) is not a regular file and cannot be uploaded as \(name)")
            }
            return size
        }
    }

    func read(transfer: Transfer, consume: (UnsafeRawBufferPointer) throws(HubError) -> Void) throws(HubError) {
        switch self {
        case .bytes(let bytes):
            try transfer.checkStop()
            try bytes.withUnsafeBufferPointer { (buffer) throws(HubError) in try consume(UnsafeRawBufferPointer(buffer)) }
        case .file(let path):
            try HubFiles.read(path, shouldStop: transfer.shouldStop, consume: consume)
        }
    }
}

extension CommitRequest.Content {
    /// When a file was last written and how long it is; nil for bytes, which nobody writes to.
    struct Stamp: Equatable {
        let size: Int
        let seconds: Int
        let nanoseconds: Int
    }

    var stamp: Stamp? {
        guard case .file(let path) = self else { return nil }
        var status = Glibc.stat()
        guard stat(path, &status) == 0 else { return nil }
        return Stamp(size: status.st_size, seconds: status.st_mtim.tv_sec, nanoseconds: status.st_mtim.tv_nsec)
    }
}
