public import ApusData

extension Table {
    /// Saves the table as CSV (RFC 4180) with a header: complete or not at all.
    ///
    /// Times are written in UTC, numbers with the shortest digits that read back as the same; missing values are empty, empty text is `""`.
    public func saveCSV(to path: String) throws(DataError) {
        let file = try OutputFile(path: path)
        var text = columns.map { Self.quoted($0.name) }.joined(separator: ",") + "\n"
        for row in 0..<rowCount {
            for (index, column) in columns.enumerated() {
                if index > 0 { text += "," }
                if !column.isNull(row) { text += Self.field(column.values, row) }
            }
            text += "\n"
            if text.utf8.count > 1 << 18 {
                try file.write(text)
                text = ""
            }
        }
        try file.write(text)
        try file.commit()
    }

    private static func field(_ values: Column.Values, _ row: Int) -> String {
        switch values {
        case .numbers(let values): "\(values[row])"
        case .integers(let values): "\(values[row])"
        case .booleans(let values): "\(values[row])"
        case .timestamps(let values): CalendarTime(milliseconds: values[row]).description
        case .text(let values): quoted(values[row])
        }
    }

    private static func quoted(_ text: String) -> String {
        let special = text.utf8.contains { $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: "\"") || $0 == 0x0A || $0 == 0x0D }
        guard special || text.isEmpty || text.first == " " || text.last == " " else { return text }
        var result = "\""
        for character in text.unicodeScalars {
            if character == "\"" { result += "\"" }
            result.unicodeScalars.append(character)
        }
        return result + "\""
    }
}
