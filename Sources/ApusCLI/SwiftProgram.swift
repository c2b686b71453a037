import Glibc

/// The session program for cells of Swift, `apus-swift`, and the toolchain that it needs.
struct SwiftProgram {
    let path: String
    /// The toolchain's folder with `bin` and `lib`.
    let toolchain: String

    /// The modules that every cell sees.
    static let imports = ["ApusCells"]

    /// Names the toolchain where it is not that of PATH.
    static let toolchainVariable = "APUS_SWIFT_TOOLCHAIN"

    /// Nil where there are no cells of Swift: where the program was not installed, or no toolchain fits it.
    static func find() -> SwiftProgram? {
        guard let program = installed, let toolchain = toolchain, fits(program, toolchain) else { return nil }
        return SwiftProgram(path: program, toolchain: toolchain)
    }

    /// The program's shared libraries are the toolchain's, so that cells and session have one runtime.
    var libraryPath: String { toolchain + "/lib/swift/linux" }

    /// Beside this program, or in a folder `swift` beside it.
    private static var installed: String? {
        guard let program = realPath("/proc/self/exe"), let end = program.lastIndex(of: "/") else { return nil }
        let folder = program[..<end]
        return ["\(folder)/apus-swift", "\(folder)/swift/apus-swift"].first { access($0, X_OK) == 0 }
    }

    private static var toolchain: String? {
        if let root = getenv(toolchainVariable).map({ String(cString: $0) }), !root.isEmpty { return hasRuntime(root) ? root : nil }
        for folder in (getenv("PATH").map { String(cString: $0) } ?? "").split(separator: ":") {
            guard let swift = realPath(folder + "/swift"), swift.hasSuffix("/bin/swift") || swift.hasSuffix("/bin/swift-driver"),
                let end = swift.range(ofLastFolders: 2), hasRuntime(String(swift[..<end]))
            else { continue }
            return String(swift[..<end])
        }
        return nil
    }

    private static func hasRuntime(_ root: String) -> Bool { access(root + runtimePath, R_OK) == 0 }

    private static let runtimePath = "/lib/swift/linux/libswiftCore.so"

    /// Whether the toolchain is the version that built the program. The installation has written down the size of its runtime, by which versions
    /// are told apart at once; to ask the compiler would take longer than the session's start.
    private static func fits(_ program: String, _ toolchain: String) -> Bool {
        guard let file = fopen(program + ".runtime", "r") else { return true }
        defer { fclose(file) }
        var buffer = [CChar](repeating: 0, count: 64)
        var runtime = stat()
        guard fgets(&buffer, Int32(buffer.count), file) != nil, stat(toolchain + runtimePath, &runtime) == 0 else { return false }
        return atoll(buffer) == runtime.st_size
    }

    private static func realPath(_ path: some StringProtocol) -> String? {
        guard let found = realpath(String(path), nil) else { return nil }
        defer { free(found) }
        return String(cString: found)
    }
}

extension String {
    /// Where the last so many parts of a path begin, with the slash before them.
    fileprivate func range(ofLastFolders count: Int) -> String.Index? {
        var end = endIndex
        for _ in 0..<count {
            guard let slash = self[..<end].lastIndex(of: "/") else { return nil }
            end = slash
        }
        return end
    }
}
