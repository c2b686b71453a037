import CHDF5
import Glibc

/// HDF5 files of text attributes and Float32 datasets, as values.
public enum HDF5File {
    /// Beyond this a file is no model that Apus could have any use for, and reading it could exhaust memory.
    static let maximumFileSize = 4 << 30
    /// Elements of compressed or never-written datasets that reading may make out of few bytes.
    private static let maximumUnpackedElements: UInt64 = 1 << 26
    /// Milliseconds are enough for a small file; the library can be kept busy for ever by a damaged one.
    private static func seconds(for size: Int) -> Int { 10 + size / 20_000_000 }

    /// The attributes of the file's root, and of its members those that are named, with all below them.
    ///
    /// The library parses the file in a child process: whatever is in it, a caller gets a value or an error.
    public static func read(_ path: String, members: [String]) throws(ModelFileError) -> HDF5Group {
        try read(path, members: members, seconds: seconds)
    }

    /// As above, giving up after `seconds`.
    package static func read(_ path: String, members: [String], seconds: (Int) -> Int) throws(ModelFileError) -> HDF5Group {
        try namingFile(path) { () throws(ModelFileError) in
            try requireSignature(path)
            let size = try FileBytes.size(of: path)
            guard size <= maximumFileSize else {
                throw ModelFileError(.damaged, "the file has \(size) bytes, more than any model", hint: "Check that it is the file you meant.")
            }
            let limits = chdf5_limits(
                recordBytes: UInt64(4 * size + (1 << 20)) + 4 * maximumUnpackedElements, elements: maximumUnpackedElements,
                seconds: UInt32(seconds(size)))
            let library = try HDF5Library.shared()
            var count = 0
            let (bytes, message) = withMessage { message, capacity in
                withCStrings(members) { chdf5_decode(library.pointer, path, $0, limits, &count, message, capacity) }
            }
            guard let bytes else { throw ModelFileError.damagedHDF5(message) }
            defer { free(bytes) }
            var reader = HDF5RecordReader(UnsafeRawBufferPointer(start: bytes, count: count))
            return try reader.readRoot()
        }
    }

    /// Writes `root` to `path`, replacing a file that is there only once the new one is complete.
    public static func write(_ root: HDF5Group, to path: String) throws(ModelFileError) {
        let bytes = try namingFile(path) { () throws(ModelFileError) in try encoded(root) }
        try FileBytes.replace(path, with: bytes)
    }

    /// The bytes of a file that holds `root`.
    static func encoded(_ root: HDF5Group) throws(ModelFileError) -> [UInt8] {
        let library = try HDF5Library.shared()
        let records = HDF5RecordWriter(root).bytes
        var size = 0
        let (image, message) = withMessage { message, capacity in
            chdf5_encode(library.pointer, records, records.count, &size, message, capacity)
        }
        guard let image else {
            throw ModelFileError(.unwritable, "the HDF5 library refused the model: \(message)", hint: "Check the names of its layers.")
        }
        defer { free(image) }
        return Array(UnsafeRawBufferPointer(start: image, count: size))
    }

    private static func requireSignature(_ path: String) throws(ModelFileError) {
        let head = try FileBytes.head(of: path, count: 64)
        let kind = ModelFileKind.detect(head: head)
        guard kind != .hdf5 else { return }
        let what =
            head.isEmpty ? "the file is empty" : kind == .unknown ? "this is not an HDF5 file" : "this is not an HDF5 file but \(kind.rawValue)"
        throw ModelFileError(.wrongKind, what, hint: "Give a model that Keras saved as .h5, or that %%upload wrote.")
    }
}
