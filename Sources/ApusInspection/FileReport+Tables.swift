import ApusData
import ApusJSON
import ApusTabular

extension FileReport {
    /// A Parquet or Feather file: its columns and how it was written; no values are read.
    ///
    /// - Returns: nil for other files.
    init?(table path: String, _ head: [UInt8]) throws {
        do throws(DataError) {
            guard try TableFormat.detect(head: head) != nil else { return nil }
        } catch {
            throw DataError(error.code, error.message, source: path)
        }
        let file = try TableFormat.open(path: path)
        self.init(kind: "table (\(file.format))")
        metadata["rows"] = .int(file.rowCount)
        metadata["columns"] = .int(file.columns.count)
        metadata["compression"] = .string(file.codecs.isEmpty ? "none" : file.codecs.joined(separator: ", "))
        if let writer = file.writer { metadata["writer"] = .string(writer) }
        if let parquet = file as? ParquetFile { metadata["row_groups"] = .int(parquet.rowGroupCount) }
        if let arrow = file as? ArrowFile { metadata["batches"] = .int(arrow.batchCount) }
        for column in file.columns {
            arrays.append(Array(name: column.name, elementType: column.type + (column.refusal == nil ? "" : " (not read)"), shape: [file.rowCount]))
        }
    }
}
