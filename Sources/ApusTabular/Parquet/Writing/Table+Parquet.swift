public import ApusData

extension Table {
    /// Saves the table as Parquet: complete or not at all.
    ///
    /// Values are plain and not compressed, in row groups of a million rows; times are milliseconds UTC. What pandas, polars and DuckDB read.
    public func saveParquet(to path: String) throws(DataError) {
        try saveParquet(to: path, rowsPerGroup: 1_000_000, rowsPerPage: 131_072)
    }

    package func saveParquet(to path: String, rowsPerGroup: Int, rowsPerPage: Int) throws(DataError) {
        let file = try OutputFile(path: path)
        let mark = Array("PAR1".utf8)
        try file.write(mark)
        var offset = mark.count
        var groups: [WrittenGroup] = []
        for start in stride(from: 0, to: rowCount, by: rowsPerGroup) {
            let rows = start..<min(start + rowsPerGroup, rowCount)
            var chunks: [WrittenChunk] = []
            for column in columns {
                let chunkStart = offset
                for start in stride(from: rows.lowerBound, to: rows.upperBound, by: rowsPerPage) {
                    let page = ParquetPageWriter(column: column).page(start..<min(start + rowsPerPage, rows.upperBound))
                    try file.write(page)
                    offset += page.count
                }
                chunks.append(WrittenChunk(column: column, start: chunkStart, size: offset - chunkStart, rowCount: rows.count))
            }
            groups.append(WrittenGroup(chunks: chunks, rowCount: rows.count))
        }
        let footer = footer(groups)
        try file.write(footer)
        try file.write(withUnsafeBytes(of: UInt32(footer.count).littleEndian) { Array($0) } + mark)
        try file.commit()
    }

    private func footer(_ groups: [WrittenGroup]) -> [UInt8] {
        var footer = ThriftWriter()
        footer.structure { footer in
            footer.int32(1, 2)
            footer.list(2, [nil] + columns.map(Optional.some)) { element, column in
                guard let column else {
                    element.text(4, "schema")
                    element.int32(5, columns.count)
                    return
                }
                column.writeSchema(to: &element)
            }
            footer.int64(3, rowCount)
            footer.list(4, groups) { element, group in
                element.list(1, group.chunks) { $1.write(to: &$0) }
                element.int64(2, group.chunks.reduce(0) { $0 + $1.size })
                element.int64(3, group.rowCount)
            }
            footer.text(6, "apus")
        }
        return footer.bytes
    }
}

private struct WrittenGroup {
    let chunks: [WrittenChunk]
    let rowCount: Int
}

private struct WrittenChunk {
    let column: Table.Column
    let start: Int
    let size: Int
    let rowCount: Int

    /// ColumnChunk of parquet.thrift.
    func write(to element: inout ThriftWriter) {
        element.int64(2, start)
        element.structure(3) { metadata in
            metadata.int32(1, column.parquetType.rawValue)
            metadata.list(2, numbers: [ParquetEncoding.plain.rawValue, ParquetEncoding.rle.rawValue])
            metadata.list(3, texts: [column.name])
            metadata.int32(4, 0)
            metadata.int64(5, rowCount)
            metadata.int64(6, size)
            metadata.int64(7, size)
            metadata.int64(9, start)
        }
    }
}

extension Table.Column {
    fileprivate var parquetType: ParquetType {
        switch values {
        case .numbers: .double
        case .integers, .timestamps: .int64
        case .text: .byteArray
        case .booleans: .boolean
        }
    }

    /// SchemaElement of parquet.thrift, with the older converted type for older readers.
    fileprivate func writeSchema(to element: inout ThriftWriter) {
        element.int32(1, parquetType.rawValue)
        element.int32(3, nulls.isEmpty ? 0 : 1)
        element.text(4, name)
        switch values {
        case .text:
            element.int32(6, 0)
            element.structure(10) { $0.structure(1) { _ in } }
        case .timestamps:
            element.int32(6, 9)
            element.structure(10) { logical in
                logical.structure(8) { timestamp in
                    timestamp.bool(1, true)
                    timestamp.structure(2) { unit in unit.structure(1) { _ in } }
                }
            }
        case .numbers, .integers, .booleans: break
        }
    }
}
