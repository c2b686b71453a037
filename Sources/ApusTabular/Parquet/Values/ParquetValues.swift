import ApusData

/// Collects the values of one column from its pages.
protocol ParquetValues {
    /// Takes the values that later pages point at; they replace those of the row group before.
    mutating func readDictionary(_ page: ParquetPage) throws(DataError)

    /// Takes the values of a data page.
    ///
    /// - Parameter present: how many of the page's rows have a value.
    mutating func read(_ page: ParquetPage, present: Int) throws(DataError)

    /// Moves the values of the last `rows` rows, which were read to the front, to the rows that have one.
    mutating func spread(_ isPresent: UnsafePointer<UInt32>, rows: Int, present: Int)
}

/// The positions in a dictionary that a page holds: a byte with their width, then runs.
struct DictionaryIndices {
    private var indices: [UInt32] = []

    /// Hands the positions to `body`, each of them below `limit`.
    mutating func read(
        _ page: ParquetPage, count: Int, limit: Int, _ body: (UnsafePointer<UInt32>) throws(DataError) -> Void
    ) throws(DataError) {
        guard count > 0 else { return }
        guard limit > 0 else { throw DataError(.malformed, "a page points at a dictionary that is not there") }
        var cursor = ByteCursor(page.values)
        let width = Int(try cursor.byte())
        if indices.count < count { indices = try [UInt32](count: count) { (output) throws(DataError) in output.update(repeating: 0, count: count) } }
        try indices.withMutable { (output) throws(DataError) in
            try HybridRuns.decode(cursor.rest, width: width, count: count, into: output)
            var largest: UInt32 = 0
            for index in 0..<count { largest = max(largest, output[index]) }
            guard Int(largest) < limit else { throw DataError(.malformed, "a page points at entry \(largest) of a dictionary of \(limit)") }
            try body(output)
        }
    }
}

/// Moves the first `present` elements to the rows that have one, from the last to the first; the others become `filler`.
@inline(__always)
func spreadElements<Element>(
    _ elements: UnsafeMutablePointer<Element>, _ isPresent: UnsafePointer<UInt32>, rows: Int, present: Int, filler: Element
) {
    var source = present
    for row in stride(from: rows - 1, through: 0, by: -1) {
        if isPresent[row] != 0 {
            source -= 1
            elements[row] = elements[source]
        } else {
            elements[row] = filler
        }
    }
}
