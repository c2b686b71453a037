import ApusJSON
import ApusSession
import ApusSystem
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
        let temporary = "\(folder).new-\(getpid())"
        do throws(SystemError) {
            try FileSystem.makeFolder(FilePath.folder(of: folder), mode: 0o755)
            guard mkdir(temporary, 0o755) == 0 else { throw SystemError("write", temporary) }
            // After a swap this removes what was there before.
            defer { try? FileSystem.removeTree(temporary) }
            for (name, bytes) in files { try AtomicFile.replace("\(temporary)/\(name)", with: bytes, mode: 0o644) }
            if rename(temporary, folder) != 0 {
                guard errno == EEXIST || errno == ENOTEMPTY || errno == ENOTDIR, clinux_exchange(temporary, folder) == 0 else {
                    throw SystemError("write", folder)
                }
            }
            try FileSystem.synchronise(folder: FilePath.folder(of: folder))
        } catch {
            throw InstallError("cannot write \(error.path): \(error.reason). Choose a folder of yours with --user or --prefix DIR.")
        }
        return files.map { "\(folder)/\($0.0)" }
    }
}
