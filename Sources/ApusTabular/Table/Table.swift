public import ApusData

/// Named columns of the same length, in the order of their file.
public struct Table: Sendable, Equatable {
    public let columns: [Column]
    public let rowCount: Int

    /// - Throws: `DataError` when the columns differ in length or two have the same name.
    public init(_ columns: [Column]) throws(DataError) {
        rowCount = columns.first?.count ?? 0
        var names: Set<String> = []
        for column in columns {
            guard column.count == rowCount else {
                throw DataError(
                    .invalidValues, "column '\(column.name)' has \(column.count) values and '\(columns[0].name)' has \(rowCount); make them equal")
            }
            guard names.insert(column.name).inserted else {
                throw DataError(.invalidValues, "there are two columns '\(column.name)'; rename one of them")
            }
        }
        self.columns = columns
    }

    /// The column of that name, which is compared exactly.
    public subscript(name: String) -> Column? { columns.first { $0.name == name } }
}
