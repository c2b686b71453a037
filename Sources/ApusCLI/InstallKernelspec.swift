import ApusJSON
import ApusSession
import CLinux
import Glibc

/// The folder that describes the kernel to Jupyter: `kernel.json` and the logos.
struct InstallKernelspec {
    let binary: String
    let displayName: String

    static func isName(_ name: String) -> Bool {
        !name.isEmpty && name.first != "."
            && name.utf8.allSatisfy {
                switch $0 {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                    UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
                    true
                default: false
                }
            }
    }

    var json: JSON {
        [
            "argv": [.string(binary), "kernel", "-f", "{connection_file}"],
            "display_name": .string(displayName),
            "language": .string(LanguageInfo.swift.name),
            "interrupt_mode": "message",
            "metadata": ["debugger": false, "supported_encryption": ["curve"]],
        ]
    }

    private var files: [(String, [UInt8])] {
        [
            ("kernel.json", Array((json.text(.indented(1)) + "\n").utf8)),
            ("logo-32x32.png", InstallLogos.png32), ("logo-64x64.png", InstallLogos.png64), ("logo-svg.svg", InstallLogos.svg),
        ]
    }

    /// Writes the folder beside its final place and moves it there at once, so that Jupyter never sees half of it.
    ///
    /// - Returns: the paths of the files.
    func write(into folder: String) throws(InstallError) -> [String] {
        let parent = String(folder[..<folder.lastIndex(of: "/")!])
        try makeFolders(parent)
        let temporary = "\(folder).new-\(getpid())"
        guard mkdir(temporary, 0o755) == 0 else { throw failure(temporary) }
        // After a swap this removes what was there before.
        defer { remove(temporary) }
        for (name, bytes) in files { try write(bytes, to: "\(temporary)/\(name)") }
        if rename(temporary, folder) != 0 {
            guard errno == EEXIST || errno == ENOTEMPTY || errno == ENOTDIR else { throw failure(folder) }
            guard clinux_exchange(temporary, folder) == 0 else { throw failure(folder) }
        }
        return files.map { "\(folder)/\($0.0)" }
    }

    private func write(_ bytes: [UInt8], to path: String) throws(InstallError) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw failure(path) }
        defer { close(descriptor) }
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress! + written, bytes.count - written) }
            guard count > 0 else { throw failure(path) }
            written += count
        }
        guard fsync(descriptor) == 0 else { throw failure(path) }
    }

    private func makeFolders(_ path: String) throws(InstallError) {
        var end = path.startIndex
        while end < path.endIndex {
            end = path[path.index(after: end)...].firstIndex(of: "/") ?? path.endIndex
            if mkdir(String(path[..<end]), 0o755) != 0, errno != EEXIST, errno != EISDIR { throw failure(String(path[..<end])) }
        }
    }

    /// Removes a kernelspec folder: its files, then itself.
    private func remove(_ folder: String) {
        if let directory = opendir(folder) {
            while let entry = readdir(directory) {
                let name = withUnsafeBytes(of: &entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
                if name != ".", name != ".." { unlink("\(folder)/\(name)") }
            }
            closedir(directory)
        }
        rmdir(folder)
    }

    private func failure(_ path: String) -> InstallError {
        InstallError("cannot write \(path): \(String(cString: strerror(errno))). Choose a folder of yours with --user or --prefix DIR.")
    }
}
