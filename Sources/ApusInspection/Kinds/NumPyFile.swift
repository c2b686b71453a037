import ApusData

/// An array that NumPy saved.
enum NumPyFile: FileKind {
    static func recognises(_ head: [UInt8]) -> Bool { head.starts(with: [0x93] + Array("NUMPY".utf8)) }

    static func report(on path: String) throws -> FileReport {
        let array = try NumPyArray(path: path)
        var report = FileReport("NumPy array (.npy)")
        report.add("shape", shapeText(array.shape))
        report.add("dtype", "\(array.elementType)")
        report.add("order", array.header.isFortranOrder ? "Fortran (first index fastest)" : "C (last index fastest)")
        report.add("byte order", array.header.isBigEndian ? "big-endian" : "little-endian")
        return report
    }
}
