public import ApusJSON

/// What a file holds, for a person and for programs.
public struct FileReport: Sendable, Equatable {
    public struct Fact: Sendable, Equatable {
        public let name: String
        public let value: String
    }

    public struct Table: Sendable, Equatable {
        public let title: String
        public let columns: [String]
        public let rows: [[String]]
    }

    /// Such as `Keras model (.h5)`.
    public let kind: String
    public private(set) var facts: [Fact] = []
    public private(set) var tables: [Table] = []

    init(_ kind: String) { self.kind = kind }

    mutating func add(_ name: String, _ value: String?) {
        if let value, !value.isEmpty { facts.append(Fact(name: name, value: value)) }
    }

    /// Left out when it has no rows.
    mutating func add(table title: String, _ columns: [String], _ rows: [[String]]) {
        if !rows.isEmpty { tables.append(Table(title: title, columns: columns, rows: rows)) }
    }

    /// `{"kind": ..., "facts": {...}, "tables": {"title": [{"column": "value"}]}}`
    public var json: JSON {
        var facts: JSONObject = [:]
        for fact in self.facts { facts[fact.name] = .string(fact.value) }
        var tables: JSONObject = [:]
        for table in self.tables {
            tables[table.title] = .array(
                table.rows.map { row in .object(JSONObject(zip(table.columns, row).map { ($0, JSON.string($1)) })) })
        }
        return ["kind": .string(kind), "facts": .object(facts), "tables": .object(tables)]
    }

    /// Lines for a terminal. What files say is shown without control characters.
    public var text: String {
        let width = facts.map(\.name.count).max() ?? 0
        var lines = [kind] + facts.map { "  \($0.name.padded(to: width))  \($0.value.printable)" }
        for table in tables {
            let rows = [table.columns] + table.rows.map { $0.map(\.printable) }
            let widths = table.columns.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
            lines += ["", table.title]
            lines += rows.map { row in
                "  " + zip(row, widths).map { $0.padded(to: $1) }.joined(separator: "  ").trimmingEnd
            }
        }
        return lines.joined(separator: "\n")
    }
}

/// `(219614, 30, 13)`
func shapeText(_ shape: [Int]) -> String { "(" + shape.map(String.init).joined(separator: ", ") + (shape.count == 1 ? ",)" : ")") }

extension String {
    fileprivate func padded(to width: Int) -> String { self + String(repeating: " ", count: Swift.max(0, width - count)) }

    fileprivate var trimmingEnd: String {
        var text = self
        while text.last == " " { text.removeLast() }
        return text
    }

    fileprivate var printable: String {
        var text = String.UnicodeScalarView()
        for scalar in unicodeScalars.prefix(400) {
            switch scalar.properties.generalCategory {
            case .control, .lineSeparator, .paragraphSeparator, .format: text.append("·")
            default: text.append(scalar)
            }
        }
        return String(text) + (unicodeScalars.count > 400 ? "…" : "")
    }
}
