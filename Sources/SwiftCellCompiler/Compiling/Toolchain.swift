import Glibc

/// The Swift toolchain that compiles cells: the one whose runtime this process uses, because both have to fit exactly.
public struct Toolchain: Sendable, Equatable {
    /// The folder with `bin` and `lib`.
    public let root: String

    public init(root: String) { self.root = root }

    var frontend: String { root + "/bin/swift-frontend" }
    var linker: String { root + "/bin/ld.lld" }
    package var symbolizer: String { root + "/bin/llvm-symbolizer" }
    /// SourceKit-LSP.
    package var languageServer: String { root + "/bin/sourcekit-lsp" }
    var libraries: String { root + "/lib/swift/linux" }
    /// Registers the metadata of a library with the runtime.
    var startFile: String { libraries + "/" + Self.architecture + "/swiftrt.o" }

    /// The first program that a cell needs and that is not there.
    package var missingFile: String? { [frontend, linker, startFile].first { access($0, R_OK) != 0 } }

    static var architecture: String {
        #if arch(arm64)
            "aarch64"
        #else
            "x86_64"
        #endif
    }
}
