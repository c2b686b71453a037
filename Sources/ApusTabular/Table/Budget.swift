package import ApusData

/// How much memory the values of a file may take: plenty for honest files, little for small files that claim to be huge.
package struct Budget {
    private let limit: Int

    /// A run of equal values takes a few bytes however long it is, so that small files may grow much; large ones grow less.
    package init(fileSize: Int) { limit = max(1 << 30, fileSize.multipliedReportingOverflow(by: 64).partialValue) }

    /// - Parameter width: bytes of one value in memory.
    package func check(rows: Int, width: Int) throws(DataError) {
        let (size, overflow) = rows.multipliedReportingOverflow(by: width)
        guard !overflow, size <= limit else {
            throw DataError(.malformed, "\(rows) rows would take more than the \(limit) bytes that a file of this size can need; is it damaged?")
        }
    }

    func check(bytes: Int) throws(DataError) { try check(rows: bytes, width: 1) }
}
