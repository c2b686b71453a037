package import ApusData
import Glibc

/// Decompression by the system's libzstd, which is loaded when the first file needs it.
package final class Zstandard {
    private typealias Decompress =
        @convention(c) (
            OpaquePointer?, UnsafeMutableRawPointer?, Int, UnsafeRawPointer?, Int
        ) -> Int
    private typealias MakeContext = @convention(c) () -> OpaquePointer?
    private typealias FreeContext = @convention(c) (OpaquePointer?) -> Int
    private typealias IsError = @convention(c) (Int) -> UInt32
    private typealias ErrorName = @convention(c) (Int) -> UnsafePointer<CChar>?

    private let library: UnsafeMutableRawPointer
    private let context: OpaquePointer
    private let decompress: Decompress
    private let freeContext: FreeContext
    private let isError: IsError
    private let errorName: ErrorName

    /// - Parameter name: of the library, as `dlopen` takes it.
    /// - Throws: `DataError` with the package to install when the library is missing.
    package init(library name: String = "libzstd.so.1") throws(DataError) {
        guard let library = dlopen(name, RTLD_NOW | RTLD_LOCAL) else {
            let reason = dlerror().map { String(cString: $0) } ?? "unknown reason"
            throw DataError(.system, "the file is compressed with Zstandard, and its library is missing (\(reason)); apt-get install libzstd1")
        }
        guard let decompress = dlsym(library, "ZSTD_decompressDCtx"), let makeContext = dlsym(library, "ZSTD_createDCtx"),
            let freeContext = dlsym(library, "ZSTD_freeDCtx"), let isError = dlsym(library, "ZSTD_isError"),
            let errorName = dlsym(library, "ZSTD_getErrorName"), let context = unsafeBitCast(makeContext, to: MakeContext.self)()
        else {
            dlclose(library)
            throw DataError(.system, "\(name) is no library of Zstandard 1.x; apt-get install --reinstall libzstd1")
        }
        self.library = library
        self.context = context
        self.decompress = unsafeBitCast(decompress, to: Decompress.self)
        self.freeContext = unsafeBitCast(freeContext, to: FreeContext.self)
        self.isError = unsafeBitCast(isError, to: IsError.self)
        self.errorName = unsafeBitCast(errorName, to: ErrorName.self)
    }

    deinit {
        _ = freeContext(context)
        dlclose(library)
    }

    /// - Parameter output: as large as the data must decompress to.
    func decompress(_ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer) throws(DataError) {
        let result = decompress(context, output.baseAddress, output.count, input.baseAddress, input.count)
        if isError(result) != 0 {
            let reason = errorName(result).map { String(cString: $0) } ?? "error \(result)"
            throw DataError(.malformed, "the Zstandard data are damaged: \(reason)")
        }
        guard result == output.count else {
            throw DataError(.malformed, "the Zstandard data are damaged: they hold \(result) bytes instead of \(output.count)")
        }
    }
}
