extension Array {
    /// `withUnsafeBytes` that keeps the type of the error.
    func withBytes<Result>(_ body: (UnsafeRawBufferPointer) throws(DataError) -> Result) throws(DataError) -> Result {
        try withUnsafeBufferPointer { (elements) throws(DataError) in try body(UnsafeRawBufferPointer(elements)) }
    }
}
