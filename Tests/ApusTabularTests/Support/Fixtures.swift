import ApusData
import ApusJSON
import ApusSystem
import ApusTabular
import TestSupport
import Testing

/// Files that Tests/References/tabular_files.py made.
enum Fixture {
    static let folder: String = {
        let here = #filePath.split(separator: "/").dropLast(2).joined(separator: "/")
        return "/\(here)/Fixtures"
    }()

    /// The names of all files, sorted.
    static let names: [String] = try! FileSystem.names(in: folder).sorted()

    static func path(_ name: String) -> String { "\(folder)/\(name)" }
    static func bytes(_ name: String) throws -> [UInt8] { try FileSystem.read(path(name)) }

    /// Values of each table, by the part of a file's name before the first dash.
    static let expected: [String: [ExpectedColumn]] = {
        let json = try! JSON(parsing: try! bytes("expected.json")).object!
        return Dictionary(uniqueKeysWithValues: json.map { ($0.key, $0.value.array!.map(ExpectedColumn.init)) })
    }()

    /// The files of tables in `expected.json`.
    static let tables = names.filter { $0 != "expected.json" && expected[tableName($0)] != nil }

    static func tableName(_ file: String) -> String { String(file.prefix { $0 != "-" && $0 != "." }) }
}

/// A column as the reference script wrote it down.
struct ExpectedColumn: Sendable {
    let name: String
    let type: String
    let values: [JSON]

    init(_ json: JSON) {
        let parts = json.array!
        (name, type, values) = (parts[0].string!, parts[1].string!, parts[2].array!)
    }

    /// What differs, in words; nil when `column` has these values.
    func difference(_ column: Table.Column) -> String? {
        guard column.name == name, column.values.typeName == type, column.count == values.count else {
            return "\(column.count) values \(column.values.typeName) '\(column.name)' instead of \(values.count) \(type) '\(name)'"
        }
        for (row, value) in values.enumerated() where !isEqual(value, column, row) {
            return "\(name), row \(row): \(value) and isNull \(column.isNull(row))"
        }
        return nil
    }

    private func isEqual(_ value: JSON, _ column: Table.Column, _ row: Int) -> Bool {
        guard value.isNull == column.isNull(row) else { return false }
        switch column.values {
        case .numbers(let numbers):
            if value.isNull || value.string == "nan" { return numbers[row].isNaN }
            let wanted = value.string.map { $0 == "inf" ? Double.infinity : -.infinity } ?? value.double!
            return numbers[row].bitPattern == wanted.bitPattern
        case .integers(let integers), .timestamps(let integers): return integers[row] == (value.isNull ? 0 : Int64(value.int!))
        case .text(let text): return text[row] == (value.isNull ? "" : value.string!)
        case .booleans(let flags): return flags[row] == (value.isNull ? false : value.bool!)
        }
    }
}
