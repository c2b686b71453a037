import CSwiftCells
import Glibc
import SwiftCellCompiler

extension Toolchain {
    /// The toolchain of the runtime in this process; nil when the runtime is no toolchain's, or is linked statically.
    static var ofThisProcess: Toolchain? {
        var base: UnsafeRawPointer?
        let suffix = "/lib/swift/linux/libswiftCore.so"
        guard let symbol = dlsym(nil, "swift_allocObject"), let name = cswiftcells_library_of(symbol, &base),
            case let path = String(cString: name), path.hasSuffix(suffix)
        else { return nil }
        return Toolchain(root: String(path.dropLast(suffix.count)))
    }
}
