package import ApusData

extension Array {
    /// `withUnsafeBytes` that keeps the type of the error.
    func withBytes<Result>(_ body: (UnsafeRawBufferPointer) throws(DataError) -> Result) throws(DataError) -> Result {
        try withUnsafeBufferPointer { (elements) throws(DataError) in try body(UnsafeRawBufferPointer(elements)) }
    }

    /// The elements to be written through a pointer.
    mutating func withMutable(_ body: (UnsafeMutablePointer<Element>) throws(DataError) -> Void) throws(DataError) {
        guard !isEmpty else { return }
        try withUnsafeMutableBufferPointer { (elements) throws(DataError) in try body(elements.baseAddress!) }
    }
}

extension Array where Element: BitwiseCopyable {
    /// An array of `count` elements that `body` writes, each of them; nothing is written to the memory beforehand.
    package init(count: Int, _ body: (UnsafeMutablePointer<Element>) throws(DataError) -> Void) throws(DataError) {
        var failure: DataError?
        self.init(unsafeUninitializedCapacity: count) { buffer, filled in
            guard let start = buffer.baseAddress, count > 0 else { return }
            do throws(DataError) {
                try body(start)
                filled = count
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
    }
}
