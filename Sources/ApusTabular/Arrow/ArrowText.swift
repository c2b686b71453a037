import ApusData

/// The strings of a column in one batch: one after the other with offsets, or as views of 16 bytes (Columnar.rst).
struct ArrowText {
    private let kind: ArrowField.Kind
    private let rowCount: Int
    /// Without the marks of what is missing.
    private let buffers: [UnsafeRawBufferPointer]

    init(_ kind: ArrowField.Kind, rowCount: Int, buffers: [UnsafeRawBufferPointer]) {
        self.kind = kind
        self.rowCount = rowCount
        self.buffers = buffers
    }

    /// Hands the strings to `body`, with "" for those that `isNull` says are missing.
    func forEach(_ isNull: (Int) -> Bool, _ body: (String) throws(DataError) -> Void) throws(DataError) {
        guard rowCount > 0 else { return }
        switch kind {
        case .textView: try forEachView(isNull, body)
        case .text(let isLarge):
            let width = isLarge ? 8 : 4
            guard rowCount < buffers[0].count / width else { throw ByteCursor.ended }
            for row in 0..<rowCount {
                let (start, end) = (offset(row, isLarge), offset(row + 1, isLarge))
                guard start >= 0, start <= end, end <= buffers[1].count else {
                    throw DataError(.malformed, "row \(row) has bytes \(start) to \(end) of \(buffers[1].count)")
                }
                try body(isNull(row) ? "" : text(buffers[1][start..<end], row))
            }
        default: throw DataError(.malformed, "a dictionary without text")
        }
    }

    private func offset(_ row: Int, _ isLarge: Bool) -> Int {
        isLarge
            ? Int(Int64(littleEndian: buffers[0].loadUnaligned(fromByteOffset: 8 * row, as: Int64.self)))
            : Int(Int32(littleEndian: buffers[0].loadUnaligned(fromByteOffset: 4 * row, as: Int32.self)))
    }

    private func forEachView(_ isNull: (Int) -> Bool, _ body: (String) throws(DataError) -> Void) throws(DataError) {
        guard rowCount <= buffers[0].count / 16 else { throw ByteCursor.ended }
        func number(_ position: Int) -> Int { Int(Int32(littleEndian: buffers[0].loadUnaligned(fromByteOffset: position, as: Int32.self))) }
        for row in 0..<rowCount {
            if isNull(row) {
                try body("")
                continue
            }
            let (view, length) = (16 * row, number(16 * row))
            if (0...12).contains(length) {
                try body(text(buffers[0][view + 4..<view + 4 + length], row))
                continue
            }
            let (index, start) = (number(view + 8) + 1, number(view + 12))
            guard length > 0, index >= 1, index < buffers.count, start >= 0, start <= buffers[index].count, length <= buffers[index].count - start
            else {
                throw DataError(.malformed, "row \(row) has \(length) bytes at \(start) of part \(index), outside of the batch")
            }
            try body(text(buffers[index][start..<start + length], row))
        }
    }

    private func text(_ bytes: Slice<UnsafeRawBufferPointer>, _ row: Int) throws(DataError) -> String {
        guard let text = String(validating: bytes, as: UTF8.self) else { throw DataError(.malformed, "row \(row) of a batch is no UTF-8 text") }
        return text
    }
}
