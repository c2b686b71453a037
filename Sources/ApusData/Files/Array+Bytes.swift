extension Array {
    /// `withUnsafeBytes` that keeps the type of the error.
    func withBytes<Result>(_ body: (UnsafeRawBufferPointer) throws(DataError) -> Result) throws(DataError) -> Result {
        var outcome: Swift.Result<Result, DataError>?
        withUnsafeBytes { bytes in
            do throws(DataError) { outcome = .success(try body(bytes)) } catch { outcome = .failure(error) }
        }
        return try outcome!.get()
    }
}
