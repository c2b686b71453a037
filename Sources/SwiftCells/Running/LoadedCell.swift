import CSwiftCells
import Glibc
import SwiftCellCompiler

/// The library of a compiled cell in this process, where it stays: values may outlive every name for them.
struct LoadedCell: Sendable {
    let entry: @convention(c) (Int32, UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?) -> Int32

    /// - Throws: What the dynamic linker says.
    init(_ cell: CompiledCell) throws(LoadingFailure) {
        // Most are here already, and some are part of the C library now: what is really missing fails the next step with the symbol's name.
        for name in cell.needs { dlopen("lib\(name).so", RTLD_NOW | RTLD_GLOBAL) }
        guard let handle = dlopen(cell.library, RTLD_NOW | RTLD_GLOBAL), let symbol = dlsym(handle, cell.entryPoint) else {
            throw LoadingFailure(reason: dlerror().map { String(cString: $0) } ?? "it has no entry point")
        }
        cswiftcells_add_library(symbol)
        entry = unsafeBitCast(symbol, to: (@convention(c) (Int32, UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?) -> Int32).self)
    }
}

struct LoadingFailure: Error {
    let reason: String
}
