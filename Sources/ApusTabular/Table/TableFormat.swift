public import ApusData

/// Which format of tables a file has, by its first bytes.
public enum TableFormat: Sendable {
    case parquet
    /// Feather version 2, which is a file of Arrow's inter-process communication.
    case arrow

    /// - Returns: nil for what is neither, such as CSV.
    /// - Throws: `DataError` for relatives of these formats that are not read.
    public static func detect(head: [UInt8]) throws(DataError) -> TableFormat? {
        if head.starts(with: Array("PAR1".utf8)) { return .parquet }
        if head.starts(with: Array("ARROW1".utf8)) { return .arrow }
        if head.starts(with: Array("PARE".utf8)) {
            throw DataError(.unsupported, "this Parquet file is encrypted, which is not read; write it without encryption")
        }
        if head.starts(with: Array("FEA1".utf8)) {
            throw DataError(.unsupported, "this is a Feather file of version 1, which is not read; write it with version 2 (the default since 2020)")
        }
        return nil
    }

    static func detect(path: String) throws(DataError) -> TableFormat? { try detect(try MappedFile(path: path)) }

    private static func detect(_ file: MappedFile) throws(DataError) -> TableFormat? {
        // The bytes are there only as long as the object is.
        let head = withExtendedLifetime(file) { Array(file.bytes.prefix(8)) }
        return try detect(head: head)
    }

    /// Opens a Parquet or Feather file, as its content says.
    ///
    /// - Throws: `DataError` with the path when the file is neither, damaged or of a kind that is not read.
    public static func open(path: String) throws(DataError) -> any TableFile {
        try MappedFile.reading(path) { (file) throws(DataError) -> any TableFile in
            switch try detect(file) {
            case .parquet: return try ParquetFile(file)
            case .arrow: return try ArrowFile(file)
            case nil: throw DataError(.malformed, "this is neither a Parquet nor a Feather file")
            }
        }
    }
}
