import CHDF5
import Synchronization

/// The HDF5 library of this machine, loaded when the first model file is saved or opened.
///
/// `@unchecked Sendable`: the C value is never changed after it was made, and every function that takes it locks.
package final class HDF5Library: @unchecked Sendable {
    let pointer: OpaquePointer

    /// Names for the dynamic linker, most specific first: Debian's serial build, the plain name of other systems, Debian's folder for
    /// machines whose linker cache is out of date.
    package static let candidates = [
        "libhdf5_serial.so.103", "libhdf5.so.103", "libhdf5_serial.so.310", "libhdf5.so.310", "libhdf5_serial.so", "libhdf5.so",
        "/usr/lib/x86_64-linux-gnu/hdf5/serial/libhdf5.so", "/usr/lib/x86_64-linux-gnu/libhdf5_serial.so.103",
        "/usr/lib/aarch64-linux-gnu/libhdf5_serial.so.103",
    ]

    private static let loaded = Mutex<HDF5Library?>(nil)

    /// The library, which is looked for again after a failure: a user may install it while the process runs.
    package static func shared() throws(ModelFileError) -> HDF5Library {
        let result = loaded.withLock { loaded in
            Result { () throws(ModelFileError) in
                if let library = loaded { return library }
                let library = try HDF5Library(candidates: candidates)
                loaded = library
                return library
            }
        }
        return try result.get()
    }

    /// The first of `candidates` that is an HDF5 library of version 1.10 or later.
    package init(candidates: [String]) throws(ModelFileError) {
        let (pointer, reason) = withMessage { message, capacity in
            withCStrings(candidates) { chdf5_load($0, message, capacity) }
        }
        guard let pointer else {
            throw ModelFileError(
                .missingLibrary, "the HDF5 library, which .h5 files need, is not here (\(reason))",
                hint: "Install it with: apt-get install libhdf5-103-1")
        }
        self.pointer = pointer
    }

    /// Such as `1.10.8`.
    package var version: String {
        var numbers: [UInt32] = [0, 0, 0]
        chdf5_version(pointer, &numbers)
        return numbers.map(String.init).joined(separator: ".")
    }
}

/// The result of a C function that reports its failure as a text.
func withMessage<Result>(_ body: (UnsafeMutablePointer<CChar>, Int) -> Result) -> (Result, message: String) {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: 512) { buffer in
        buffer.initialize(repeating: 0)
        let result = body(buffer.baseAddress!, buffer.count)
        return (result, String(cString: buffer.baseAddress!))
    }
}

/// Calls `body` with a nil-terminated array of C strings.
func withCStrings<Result>(_ strings: [String], _ body: (UnsafePointer<UnsafePointer<CChar>?>) -> Result) -> Result {
    let bytes = strings.flatMap { Array($0.utf8CString) }
    let lengths = strings.map { $0.utf8CString.count }
    return bytes.withUnsafeBufferPointer { buffer in
        var pointers: [UnsafePointer<CChar>?] = []
        var offset = 0
        for length in lengths {
            pointers.append(buffer.baseAddress! + offset)
            offset += length
        }
        pointers.append(nil)
        return pointers.withUnsafeBufferPointer { body($0.baseAddress!) }
    }
}
