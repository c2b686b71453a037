import Glibc

/// Where cells find the modules that they may import.
public struct CellModules: Sendable {
    /// With the `.swiftmodule` files.
    public let folder: String
    /// Of the parts that are written in C.
    public let moduleMaps: [String]

    public init(folder: String, moduleMaps: [String]) {
        self.folder = folder
        self.moduleMaps = moduleMaps
    }

    /// `Modules`, and the module maps in `NAME.build` folders, beside the program of this process: as Swift builds them, and as they are
    /// installed.
    public static var besideThisProgram: CellModules { CellModules(beside: "/proc/self/exe") }

    /// Those beside the program of a path.
    public init(beside path: String) {
        var resolved = [CChar](repeating: 0, count: Int(PATH_MAX) + 1)
        let program = realpath(path, &resolved).map { String(cString: $0) } ?? path
        let folder = String(program[..<(program.lastIndex(of: "/") ?? program.startIndex)])
        var maps: [String] = []
        if let entries = opendir(folder) {
            while let entry = readdir(entries) {
                let name = withUnsafeBytes(of: &entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
                let map = "\(folder)/\(name)/module.modulemap"
                if name.hasSuffix(".build"), access(map, R_OK) == 0 { maps.append(map) }
            }
            closedir(entries)
        }
        self.init(folder: folder + "/Modules", moduleMaps: maps.sorted())
    }

    /// Where the compiler keeps what it has read of modules, for all sessions of this user; another folder when the system's headers change.
    public static var userCache: String {
        var headers = stat()
        stat("/usr/include/features.h", &headers)
        return userCacheFolder + "/swift-modules-\(headers.st_mtim.tv_sec)"
    }

    /// Where packages that cells use are built.
    package static var packageCache: String { userCacheFolder + "/swift-packages" }

    private static var userCacheFolder: String {
        let base = getenv("XDG_CACHE_HOME").map { String(cString: $0) } ?? (getenv("HOME").map { String(cString: $0) } ?? "/tmp") + "/.cache"
        return base + "/apus"
    }
}
