import Glibc

/// Why a file could not be read.
struct FileReadError: Error {
    let reason: String
}

/// All bytes of a small file; refuses more than `limit`.
func readFile(_ path: String, limit: Int) throws(FileReadError) -> Frame {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw FileReadError(reason: String(cString: strerror(errno))) }
    defer { close(descriptor) }
    var bytes = Frame()
    var piece = [UInt8](repeating: 0, count: 4096)
    while true {
        let count = read(descriptor, &piece, piece.count)
        if count < 0, errno == EINTR { continue }
        guard count >= 0 else { throw FileReadError(reason: String(cString: strerror(errno))) }
        if count == 0 { return bytes }
        bytes.append(contentsOf: piece[..<count])
        guard bytes.count <= limit else { throw FileReadError(reason: "it is larger than \(limit) bytes") }
    }
}
