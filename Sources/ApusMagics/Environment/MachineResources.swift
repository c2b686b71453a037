import ApusSystem
import Glibc

/// What the operating system says about this machine.
package enum MachineResources {
    /// Processors that this process may use, as `nproc` counts.
    package static var processorCount: Int {
        // "Cpus_allowed:	f,ffffffff": a mask in groups of 32 bits.
        let allowed = field("Cpus_allowed", in: "/proc/self/status")?.compactMap(\.hexDigitValue).reduce(0) { $0 + $1.nonzeroBitCount } ?? 0
        return allowed > 0 ? allowed : max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
    }

    package static var processorName: String {
        field("model name", in: "/proc/cpuinfo") ?? "unknown processor"
    }

    /// Bytes that can be used without swapping; nil where the system does not tell.
    package static var availableMemory: Int? {
        // "MemAvailable:   23456789 kB"
        field("MemAvailable", in: "/proc/meminfo").flatMap { Int($0.split(separator: " ").first ?? "") }.map { $0 * 1024 }
    }

    /// Free bytes of the disk that holds `path`, or the nearest folder above it that exists.
    package static func freeSpace(at path: String) -> Int? {
        var path = Substring(path)
        while true {
            if let space = FileSystem.availableSpace(path.isEmpty ? "/" : String(path)) { return space }
            guard let slash = path.lastIndex(of: "/") else { return nil }
            path = path[..<slash]
        }
    }

    /// The value of the first line `name : value`.
    private static func field(_ name: String, in path: String) -> String? {
        guard let file = fopen(path, "r") else { return nil }
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 1024)
        while fgets(&line, Int32(line.count), file) != nil {
            let text = String(decoding: line.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
            guard let colon = text.firstIndex(of: ":"), text[..<colon].prefix(name.count) == name,
                text[..<colon].dropFirst(name.count).allSatisfy(\.isWhitespace)
            else { continue }
            return String(text[text.index(after: colon)...].drop { $0 == " " || $0 == "\t" }.prefix { $0 != "\n" })
        }
        return nil
    }
}
