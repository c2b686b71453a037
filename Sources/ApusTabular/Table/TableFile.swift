import ApusData

/// A file of named columns, opened: what it holds is known, and columns are read when they are asked for.
public protocol TableFile: Sendable {
    /// Such as `Parquet`.
    var format: String { get }
    /// The program that wrote the file, where it says so.
    var writer: String? { get }
    var rowCount: Int { get }
    var columns: [TableFileColumn] { get }
    /// Names of the compressions in the file, sorted; empty where nothing is compressed.
    var codecs: [String] { get }

    /// Reads the columns of those names, in that order; the rest of the file is not decoded.
    ///
    /// - Parameter progress: told the share that is read, between 0 and 1.
    /// - Throws: `DataError` with path and column for names that are not there, types that are not read and damaged bytes;
    ///   `CancellationError` when `shouldStop` says so.
    func read(_ names: [String], progress: (Double) -> Void, shouldStop: () -> Bool) throws -> Table
}

/// A column as its file declares it.
public struct TableFileColumn: Sendable, Equatable {
    public let name: String
    /// In the words of the format, such as `INT64 timestamp[us]`.
    public let type: String
    /// Why the column is not read, such as nested values; nil for those that are.
    public let refusal: String?

    init(name: String, type: String, refusal: String?) {
        self.name = name
        self.type = type
        self.refusal = refusal
    }
}

extension TableFile {
    /// Reads all columns.
    public func read() throws -> Table { try read(columns.map(\.name), progress: { _ in }, shouldStop: { false }) }

    /// Reads the columns of those names, in that order.
    public func read(_ names: [String]) throws -> Table { try read(names, progress: { _ in }, shouldStop: { false }) }

    /// Where the columns of those names are in the file.
    func indices(of names: [String]) throws(DataError) -> [Int] {
        var indices: [Int] = []
        for name in names {
            guard let index = columns.firstIndex(where: { $0.name == name }) else {
                let known = columns.prefix(20).map(\.name).joined(separator: ", ")
                throw DataError(.invalidValues, "there is no column '\(name)'; there are \(known)\(columns.count > 20 ? ", ..." : "")")
            }
            if let refusal = columns[index].refusal {
                throw DataError(.unsupported, "column '\(name)' (\(columns[index].type)): \(refusal); leave it out or convert it")
            }
            indices.append(index)
        }
        return indices
    }
}
