import CSwiftCells
import Glibc

/// The Swift toolchain that compiles cells: the one whose runtime this process uses, because both have to fit exactly.
public struct Toolchain: Sendable, Equatable {
    /// The folder with `bin` and `lib`.
    public let root: String

    public init(root: String) { self.root = root }

    var frontend: String { root + "/bin/swift-frontend" }
    var linker: String { root + "/bin/ld.lld" }
    var symbolizer: String { root + "/bin/llvm-symbolizer" }
    var libraries: String { root + "/lib/swift/linux" }
    /// Registers the metadata of a library with the runtime.
    var startFile: String { libraries + "/" + Self.architecture + "/swiftrt.o" }

    /// The first program that a cell needs and that is not there.
    var missingFile: String? { [frontend, linker, startFile].first { access($0, R_OK) != 0 } }

    static var architecture: String {
        #if arch(arm64)
            "aarch64"
        #else
            "x86_64"
        #endif
    }

    /// The toolchain of the runtime in this process; nil when the runtime is no toolchain's, or is linked statically.
    public static var ofThisProcess: Toolchain? {
        var base: UnsafeRawPointer?
        guard let symbol = dlsym(nil, "swift_allocObject"), let name = cswiftcells_library_of(symbol, &base),
            case let path = String(cString: name), let end = path.range(ofLast: "/lib/swift/linux/libswiftCore.so")
        else { return nil }
        return Toolchain(root: String(path[..<end]))
    }
}

extension String {
    /// Where the text ends with `suffix`; nil when it does not.
    fileprivate func range(ofLast suffix: String) -> String.Index? {
        hasSuffix(suffix) ? index(endIndex, offsetBy: -suffix.count) : nil
    }
}
