import ApusData

extension MappedFile {
    /// What `read` makes of the file at `path`, which its errors name.
    static func reading<Result>(
        _ path: String, _ read: (MappedFile) throws(DataError) -> Result
    ) throws(DataError) -> Result {
        let file = try MappedFile(path: path)
        do throws(DataError) { return try read(file) } catch { throw DataError(error.code, error.message, source: path) }
    }
}
