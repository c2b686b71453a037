import ApusZip

/// Makes the pages of a column: version 1, plain values that are not compressed, with checksums.
struct ParquetPageWriter {
    let column: Table.Column

    /// The page of those rows, with its header.
    func page(_ rows: Range<Int>) -> [UInt8] {
        var contents: [UInt8] = []
        if !column.nulls.isEmpty { addLevels(rows, to: &contents) }
        addValues(column.nulls.isEmpty ? Array(rows) : rows.filter { !column.nulls[$0] }, to: &contents)
        var header = ThriftWriter()
        header.structure { header in
            header.int32(1, 0)
            header.int32(2, contents.count)
            header.int32(3, contents.count)
            header.int32(4, Int(Int32(bitPattern: contents.withUnsafeBytes { CRC32.of($0) })))
            header.structure(5) { data in
                data.int32(1, rows.count)
                data.int32(2, ParquetEncoding.plain.rawValue)
                data.int32(3, ParquetEncoding.rle.rawValue)
                data.int32(4, ParquetEncoding.rle.rawValue)
            }
        }
        return header.bytes + contents
    }

    /// One bit a row, 1 where there is a value: the bit-packed kind of run.
    private func addLevels(_ rows: Range<Int>, to contents: inout [UInt8]) {
        var runs: [UInt8] = []
        var header = ((rows.count + 7) / 8) << 1 | 1
        while header >= 0x80 {
            runs.append(UInt8(header & 0x7F) | 0x80)
            header >>= 7
        }
        runs.append(UInt8(header))
        runs += Self.packed(rows.map { !column.nulls[$0] })
        contents += Self.littleEndian(UInt32(runs.count)) + runs
    }

    private func addValues(_ rows: [Int], to contents: inout [UInt8]) {
        switch column.values {
        case .numbers(let values):
            contents.reserveCapacity(contents.count + 8 * rows.count)
            for row in rows { Self.append(values[row].bitPattern, to: &contents) }
        case .integers(let values), .timestamps(let values):
            contents.reserveCapacity(contents.count + 8 * rows.count)
            for row in rows { Self.append(UInt64(bitPattern: values[row]), to: &contents) }
        case .booleans(let values): contents += Self.packed(rows.map { values[$0] })
        case .text(let values):
            for row in rows {
                contents += Self.littleEndian(UInt32(values[row].utf8.count))
                contents += values[row].utf8
            }
        }
    }

    private static func packed(_ bits: [Bool]) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: (bits.count + 7) / 8)
        for (index, bit) in bits.enumerated() where bit { bytes[index >> 3] |= 1 << UInt8(index & 7) }
        return bytes
    }

    private static func append(_ value: UInt64, to bytes: inout [UInt8]) {
        withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
    }

    private static func littleEndian(_ value: UInt32) -> [UInt8] { withUnsafeBytes(of: value.littleEndian) { Array($0) } }
}
