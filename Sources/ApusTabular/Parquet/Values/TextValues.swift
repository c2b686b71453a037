import ApusData

/// Text, which must be UTF-8.
struct TextValues: ParquetValues {
    private(set) var values: [String] = []
    private let budget: Budget
    private var dictionary: [String] = []
    private var indices = DictionaryIndices()
    private var byteCount = 0

    init(budget: Budget) { self.budget = budget }

    mutating func readDictionary(_ page: ParquetPage) throws(DataError) {
        guard page.count <= page.values.count else { throw ByteCursor.ended }
        dictionary = []
        try ByteArrays.forEach(page.values, .plain, count: page.count) { (bytes) throws(DataError) in dictionary.append(try text(bytes)) }
    }

    mutating func read(_ page: ParquetPage, present: Int) throws(DataError) {
        if page.encoding.isDictionary {
            try indices.read(page, count: present, limit: dictionary.count) { (indices) throws(DataError) in
                for index in 0..<present { values.append(dictionary[Int(indices[index])]) }
            }
        } else {
            try ByteArrays.forEach(page.values, page.encoding, count: present) { (bytes) throws(DataError) in values.append(try text(bytes)) }
        }
        for _ in present..<page.count { values.append("") }
    }

    mutating func spread(_ isPresent: UnsafePointer<UInt32>, rows: Int, present: Int) {
        let start = values.count - rows
        values.withUnsafeMutableBufferPointer {
            spreadElements($0.baseAddress! + start, isPresent, rows: rows, present: present, filler: "")
        }
    }

    private mutating func text(_ bytes: UnsafeRawBufferPointer) throws(DataError) -> String {
        byteCount += bytes.count
        // Values that repeat parts of those before can be much longer together than the file.
        try budget.check(bytes: byteCount)
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw DataError(.unsupported, "there are bytes that are no UTF-8 text (\(bytes.count) bytes); leave the column out")
        }
        return text
    }
}
