import ApusData

/// Collects the values of one column from the batches of a file.
struct ArrowColumnReader {
    private let messages: ArrowMessages
    private let field: ArrowField
    private let parts: [ArrowBatch.Part]
    private let rowCount: Int
    private let budget: Budget
    private let decompressor: Decompressor
    private var memory: [ByteBuffer] = []
    /// Which rows have no value; empty as long as none is missing.
    private var nulls: [Bool] = []

    /// - Parameter parts: what each batch has of the column.
    init(_ messages: ArrowMessages, _ index: Int, parts: [ArrowBatch.Part], rowCount: Int, _ budget: Budget) {
        self.messages = messages
        field = messages.fields[index]
        self.parts = parts
        self.rowCount = rowCount
        self.budget = budget
        decompressor = Decompressor(budget: budget)
    }

    mutating func column() throws(DataError) -> Table.Column {
        let values: Table.Column.Values
        switch field.kind {
        case _ where field.dictionary != nil: values = .text(try dictionaryText())
        case .null:
            nulls = [Bool](repeating: true, count: rowCount)
            values = .numbers([Double](repeating: .nan, count: rowCount))
        case .text, .textView: values = .text(try text())
        case .boolean: values = .booleans(try booleans())
        case .number, .decimal: values = .numbers(try [Double](count: rowCount) { (output) throws(DataError) in try words(output, .nan) })
        case .integer: values = .integers(try [Int64](count: rowCount) { (output) throws(DataError) in try words(output, 0) })
        case .timestamp, .days: values = .timestamps(try [Int64](count: rowCount) { (output) throws(DataError) in try words(output, 0) })
        case .unsupported(let what): throw DataError(.unsupported, "\(what) values are not read")
        }
        return Table.Column(field.name, values, nulls: nulls)
    }

    /// Hands the buffers of each batch to `body`, behind the marks of what is missing, with the first of their rows.
    private mutating func forEachBatch(
        _ body: (inout ArrowColumnReader, ArrowBatch.Part, [UnsafeRawBufferPointer], Int) throws(DataError) -> Void
    ) throws(DataError) {
        var row = 0
        for (batch, part) in zip(messages.batches, parts) {
            let buffers = try buffers(of: part, in: batch)
            if let first = buffers.first { try markNulls(first, part, from: row) }
            try body(&self, part, Array(buffers.dropFirst()), row)
            row += part.rowCount
        }
    }

    /// All buffers of a column in a batch, each in memory of its own.
    private mutating func buffers(of part: ArrowBatch.Part, in batch: ArrowBatch) throws(DataError) -> [UnsafeRawBufferPointer] {
        var buffers: [UnsafeRawBufferPointer] = []
        var total = 0
        for index in part.buffers {
            if buffers.count == memory.count { memory.append(ByteBuffer()) }
            buffers.append(try batch.bytes(index, decompressor, into: memory[buffers.count]))
            total += buffers[buffers.count - 1].count
            try budget.check(bytes: total)
        }
        return buffers
    }

    private mutating func markNulls(_ bits: UnsafeRawBufferPointer, _ part: ArrowBatch.Part, from row: Int) throws(DataError) {
        guard part.nullCount != 0, !bits.isEmpty else { return }
        guard part.rowCount <= bits.count * 8 else { throw ByteCursor.ended }
        if nulls.isEmpty { nulls = [Bool](repeating: false, count: rowCount) }
        for index in 0..<part.rowCount { nulls[row + index] = bits[index >> 3] >> UInt8(index & 7) & 1 == 0 }
    }

    private mutating func words(_ output: UnsafeMutableRawPointer, _ missing: Double) throws(DataError) {
        let output = output.assumingMemoryBound(to: UInt64.self)
        let (kind, filler) = (field.kind, missing.bitPattern)
        try forEachBatch { (reader, part, buffers, row) throws(DataError) in
            let words = output + row
            try ArrowWords.load(kind, buffers[0], part.rowCount, into: words)
            // What stands in the place of a missing value can be anything.
            if !reader.nulls.isEmpty { for index in 0..<part.rowCount where reader.nulls[row + index] { words[index] = filler } }
            try ArrowWords.convert(kind, words, count: part.rowCount)
        }
    }

    private mutating func booleans() throws(DataError) -> [Bool] {
        var values: [Bool] = []
        try forEachBatch { (reader, part, buffers, row) throws(DataError) in
            let bits = buffers[0]
            guard part.rowCount <= bits.count * 8 else { throw ByteCursor.ended }
            for index in 0..<part.rowCount {
                let isMissing = !reader.nulls.isEmpty && reader.nulls[row + index]
                values.append(!isMissing && bits[index >> 3] >> UInt8(index & 7) & 1 == 1)
            }
        }
        return values
    }

    private mutating func text() throws(DataError) -> [String] {
        var values: [String] = []
        var size = 0
        let (kind, budget) = (field.kind, budget)
        try forEachBatch { (reader, part, buffers, row) throws(DataError) in
            let text = ArrowText(kind, rowCount: part.rowCount, buffers: buffers)
            try text.forEach {
                !reader.nulls.isEmpty && reader.nulls[row + $0]
            } _: { (value) throws(DataError) in
                size += value.utf8.count
                // Views may show the same bytes many times.
                try budget.check(bytes: size)
                values.append(value)
            }
        }
        return values
    }

    private mutating func dictionaryText() throws(DataError) -> [String] {
        guard let (id, indexKind) = field.dictionary else { return [] }
        let (entries, missing) = try dictionary(id)
        var values: [String] = []
        var indices: [UInt64] = []
        try forEachBatch { (reader, part, buffers, row) throws(DataError) in
            indices = try [UInt64](count: part.rowCount) { (output) throws(DataError) in
                try ArrowWords.load(indexKind, buffers[0], part.rowCount, into: output)
            }
            for index in 0..<part.rowCount {
                if !reader.nulls.isEmpty, reader.nulls[row + index] {
                    values.append("")
                    continue
                }
                guard indices[index] < UInt64(entries.count) else {
                    throw DataError(
                        .malformed, "row \(row + index) is entry \(Int64(bitPattern: indices[index])) of a dictionary of \(entries.count)")
                }
                values.append(entries[Int(indices[index])])
                if missing.contains(Int(indices[index])) {
                    if reader.nulls.isEmpty { reader.nulls = [Bool](repeating: false, count: reader.rowCount) }
                    reader.nulls[row + index] = true
                }
            }
        }
        return values
    }

    /// The entries of a dictionary, in all its parts, and which of them are missing values.
    private mutating func dictionary(_ id: Int64) throws(DataError) -> (entries: [String], missing: Set<Int>) {
        var entries: [String] = []
        var missing: Set<Int> = []
        for dictionary in messages.dictionaries where dictionary.id == id {
            let values = ArrowField(textOf: field)
            let part = try dictionary.batch.parts([values])[0]
            try budget.check(rows: entries.count + part.rowCount, width: 64)
            let buffers = try buffers(of: part, in: dictionary.batch)
            var isMissing = [Bool](repeating: false, count: part.nullCount == 0 || buffers[0].isEmpty ? 0 : part.rowCount)
            guard isMissing.count <= buffers[0].count * 8 else { throw ByteCursor.ended }
            for index in isMissing.indices { isMissing[index] = buffers[0][index >> 3] >> UInt8(index & 7) & 1 == 0 }
            let first = entries.count
            for index in isMissing.indices where isMissing[index] { missing.insert(first + index) }
            let text = ArrowText(values.kind, rowCount: part.rowCount, buffers: Array(buffers.dropFirst()))
            try text.forEach {
                !isMissing.isEmpty && isMissing[$0]
            } _: { (value) throws(DataError) in
                entries.append(value)
            }
        }
        return (entries, missing)
    }
}
