import ApusData

/// Truth values, one bit each in the file.
struct BooleanValues: ParquetValues {
    private(set) var values: [Bool] = []
    private var bits: [UInt32] = []

    mutating func readDictionary(_ page: ParquetPage) throws(DataError) {
        throw DataError(.malformed, "a dictionary of truth values, which the format does not have")
    }

    mutating func read(_ page: ParquetPage, present: Int) throws(DataError) {
        bits = [UInt32](repeating: 0, count: page.count)
        try bits.withMutable { (output) throws(DataError) in
            switch page.encoding {
            case .plain: try BitPacked.unpack(page.values, width: 1, count: present, into: output)
            case .rle:
                var cursor = ByteCursor(page.values)
                let runs = try cursor.take(Int(try cursor.number(UInt32.self)))
                try HybridRuns.decode(runs, width: 1, count: present, into: output)
            default: throw DataError(.unsupported, "the encoding \(page.encoding) of BOOLEAN is not read")
            }
        }
        for bit in bits { values.append(bit != 0) }
    }

    mutating func spread(_ isPresent: UnsafePointer<UInt32>, rows: Int, present: Int) {
        let start = values.count - rows
        values.withUnsafeMutableBufferPointer {
            spreadElements($0.baseAddress! + start, isPresent, rows: rows, present: present, filler: false)
        }
    }
}
