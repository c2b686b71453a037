import ApusSession
import Glibc

/// Copies small files byte for byte.
enum FileCopy {
    static func copy(_ source: String, to target: String) throws(CellFailure) {
        let input = open(source, O_RDONLY | O_CLOEXEC)
        guard input >= 0 else { throw failure("read", source) }
        defer { close(input) }
        let output = open(target, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
        guard output >= 0 else { throw failure("write", target) }
        defer { close(output) }
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = read(input, &buffer, buffer.count)
            guard count >= 0 else { throw failure("read", source) }
            if count == 0 { return }
            guard write(output, buffer, count) == count else { throw failure("write", target) }
        }
    }

    private static func failure(_ action: String, _ path: String) -> CellFailure {
        CellFailure(
            "FileCopy", "cannot \(action) \(path): \(String(cString: strerror(errno)))", hint: "check the folder's permissions and the free space")
    }
}
