import CSwiftCells
import Glibc
import SwiftCellCompiler

/// The library of a compiled cell in this process, where it stays: values may outlive every name for them.
struct LoadedCell: Sendable {
    let entry: @convention(c) (Int32, UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?) -> Int32

    /// - Throws: What the dynamic linker says.
    init(_ cell: CompiledCell) throws(LoadingFailure) {
        Self.load(librariesNamed: cell.needs)
        guard let handle = dlopen(cell.library, RTLD_NOW | RTLD_GLOBAL), let symbol = dlsym(handle, cell.entryPoint) else {
            throw LoadingFailure(reason: dlerror().map { String(cString: $0) } ?? "it has no entry point")
        }
        cswiftcells_add_library(handle)
        entry = unsafeBitCast(symbol, to: (@convention(c) (Int32, UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?) -> Int32).self)
    }

    /// Loads a package's library, for the cells that import it.
    static func load(_ package: UsedPackage) throws(LoadingFailure) {
        load(librariesNamed: package.needs)
        guard let library = package.library else { return }
        guard let handle = dlopen(library, RTLD_NOW | RTLD_GLOBAL) else {
            throw LoadingFailure(reason: dlerror().map { String(cString: $0) } ?? library)
        }
        // Its code is left like that of cells when they are interrupted.
        cswiftcells_add_library(handle)
    }

    /// Most are here already, and some are part of the C library now: what is really missing fails the next step with the symbol's name.
    private static func load(librariesNamed names: [String]) {
        for name in names { dlopen("lib\(name).so", RTLD_NOW | RTLD_GLOBAL) }
    }
}

struct LoadingFailure: Error {
    let reason: String
}
