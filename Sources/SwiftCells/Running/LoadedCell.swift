import CSwiftCells
import Glibc

/// The library of a compiled cell in this process, where it stays: values may outlive every name for them.
struct LoadedCell: Sendable {
    let entry: @convention(c) (Int32, UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?) -> Int32

    /// - Throws: What the dynamic linker says.
    init(library: String, module: String) throws(LoadingFailure) {
        guard let handle = dlopen(library, RTLD_NOW | RTLD_GLOBAL), let symbol = dlsym(handle, CellCompiler.entryPoint(module)) else {
            throw LoadingFailure(reason: dlerror().map { String(cString: $0) } ?? "it has no entry point")
        }
        cswiftcells_add_library(symbol)
        entry = unsafeBitCast(symbol, to: (@convention(c) (Int32, UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?) -> Int32).self)
    }
}

struct LoadingFailure: Error {
    let reason: String
}
