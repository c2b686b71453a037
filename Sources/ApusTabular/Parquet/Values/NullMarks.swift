import ApusData

/// Which rows of a column have no value, page after page.
struct NullMarks {
    private let rowCount: Int
    private var row = 0
    /// Empty as long as nothing is missing.
    private(set) var marks: [Bool] = []
    private var levels: [UInt32] = []

    init(rowCount: Int) { self.rowCount = rowCount }

    /// Decodes the levels of a page and hands to `body` for each row 1 or 0 (nil where nothing is missing), and how many values there are.
    mutating func add(
        _ page: ParquetPage, _ body: (UnsafePointer<UInt32>?, Int) throws(DataError) -> Void
    ) throws(DataError) {
        let count = page.count
        let start = row
        row += count
        guard let runs = page.levels, count > 0, !HybridRuns.isAllOnes(runs, count: count) else { return try body(nil, count) }
        if levels.count < count { levels = [UInt32](repeating: 0, count: count) }
        var present = 0
        try levels.withMutable { (output) throws(DataError) in
            try HybridRuns.decode(runs, width: 1, count: count, into: output)
            for index in 0..<count { present += Int(output[index]) }
            try body(present == count ? nil : UnsafePointer(output), present)
        }
        guard present < count else { return }
        if marks.isEmpty { marks = [Bool](repeating: false, count: rowCount) }
        for index in 0..<count where levels[index] == 0 { marks[start + index] = true }
    }
}
