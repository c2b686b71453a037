import ApusData

/// How Parquet stores values (enum Type of parquet.thrift).
enum ParquetType: Int {
    case boolean, int32, int64, int96, float, double, byteArray, fixed

    var name: String {
        switch self {
        case .boolean: "BOOLEAN"
        case .int32: "INT32"
        case .int64: "INT64"
        case .int96: "INT96"
        case .float: "FLOAT"
        case .double: "DOUBLE"
        case .byteArray: "BYTE_ARRAY"
        case .fixed: "FIXED_LEN_BYTE_ARRAY"
        }
    }
}

/// What the stored values mean.
enum ParquetMeaning: Equatable {
    case boolean, text, number, float16, date
    case integer(isSigned: Bool)
    /// Units per second: 1000, 1000000 or 1000000000.
    case timestamp(perSecond: Int64)
    /// Whole numbers to be divided by 10 to the power of `scale`.
    case decimal(scale: Int)
    case unsupported(String)
}

/// A column of values, which is a leaf of the schema.
struct ParquetColumn: Equatable {
    let name: String
    let type: ParquetType
    /// Bytes of a value of fixed length.
    let width: Int
    /// Whether values may be missing.
    let isOptional: Bool
    let meaning: ParquetMeaning

    var description: TableFileColumn {
        let suffix: String
        var refusal: String?
        switch meaning {
        case .boolean, .number: suffix = ""
        case .text: suffix = " text"
        case .float16: suffix = " float16"
        case .date: suffix = " date"
        case .integer(let isSigned): suffix = isSigned ? "" : " unsigned"
        case .timestamp(let perSecond): suffix = " timestamp[\(perSecond == 1000 ? "ms" : perSecond == 1_000_000 ? "us" : "ns")]"
        case .decimal(let scale): suffix = " decimal of scale \(scale)"
        case .unsupported(let what):
            suffix = " \(what)"
            refusal = "\(what) values are not read"
        }
        return TableFileColumn(name: name, type: type.name + suffix, refusal: refusal)
    }
}

/// An element of the schema as the footer has it: a group of others or a column.
struct ParquetSchemaElement {
    var name = ""
    var type: Int?
    var width = 0
    var repetition = 0
    var childCount = 0
    var convertedType: Int?
    var scale = 0
    var logical: LogicalType?

    /// Number of the union's member in parquet.thrift, with what we need of its parameters.
    struct LogicalType {
        var number = 0
        var scale = 0
        var unit = 0
        var isSigned = true
    }

    init(_ reader: inout ThriftReader, _ field: ThriftReader.Field) throws(DataError) {
        try reader.structure(field) { (reader, field) throws(DataError) in
            switch field.id {
            case 1: type = try reader.integer(field)
            case 2: width = try reader.integer(field)
            case 3: repetition = try reader.integer(field)
            case 4: name = try reader.text(field)
            case 5: childCount = try reader.integer(field)
            case 6: convertedType = try reader.integer(field)
            case 7: scale = try reader.integer(field)
            case 10: logical = try Self.logicalType(&reader, field)
            default: return false
            }
            return true
        }
    }

    private static func logicalType(_ reader: inout ThriftReader, _ field: ThriftReader.Field) throws(DataError) -> LogicalType {
        var logical = LogicalType()
        try reader.structure(field) { (reader, member) throws(DataError) in
            logical.number = Int(member.id)
            try reader.structure(member) { (reader, field) throws(DataError) in
                switch (member.id, field.id) {
                case (5, 1): logical.scale = try reader.integer(field)
                case (8, 2):
                    try reader.structure(field) { (_, unit) throws(DataError) in
                        logical.unit = Int(unit.id)
                        return false
                    }
                case (10, 2): logical.isSigned = try reader.bool(field)
                default: return false
                }
                return true
            }
            return true
        }
        return logical
    }

    /// What a column's values mean: by its logical type, else by the older converted type, else by how it is stored.
    func meaning(_ type: ParquetType) -> ParquetMeaning {
        if let logical, let meaning = meaning(logical) { return checked(meaning, type) }
        if let convertedType, let meaning = meaning(converted: convertedType) { return checked(meaning, type) }
        switch type {
        case .boolean: return .boolean
        case .int32, .int64: return .integer(isSigned: true)
        case .float, .double: return .number
        case .int96: return .timestamp(perSecond: 1000)
        // Spark, Impala and others write text without saying so; what is no text is found when it is read.
        case .byteArray: return .text
        case .fixed: return .unsupported("fixed-size binary")
        }
    }

    private func meaning(_ logical: LogicalType) -> ParquetMeaning? {
        switch logical.number {
        case 1, 4, 12: .text
        case 5: .decimal(scale: logical.scale)
        case 6: .date
        case 7: .unsupported("time of day")
        case 8: [1: 1000, 2: 1_000_000, 3: 1_000_000_000][logical.unit].map { .timestamp(perSecond: $0) } ?? .unsupported("timestamp")
        case 10: .integer(isSigned: logical.isSigned)
        case 11: nil  // Always null; stored as anything.
        case 13: .unsupported("BSON")
        case 14: .unsupported("UUID")
        case 15: .float16
        default: .unsupported("logical type \(logical.number)")
        }
    }

    private func meaning(converted: Int) -> ParquetMeaning? {
        switch converted {
        case 0, 4, 19: .text
        case 5: .decimal(scale: scale)
        case 6: .date
        case 7, 8: .unsupported("time of day")
        case 9: .timestamp(perSecond: 1000)
        case 10: .timestamp(perSecond: 1_000_000)
        case 11...14: .integer(isSigned: false)
        case 15...18: .integer(isSigned: true)
        case 20: .unsupported("BSON")
        case 21: .unsupported("interval")
        default: .unsupported("converted type \(converted)")
        }
    }

    /// Meanings that do not fit how the values are stored are not read.
    private func checked(_ meaning: ParquetMeaning, _ type: ParquetType) -> ParquetMeaning {
        let fits =
            switch meaning {
            case .boolean: type == .boolean
            case .text: type == .byteArray
            case .number: type == .float || type == .double
            case .float16: type == .fixed && width == 2
            case .date: type == .int32
            case .integer: type == .int32 || type == .int64
            case .timestamp: type == .int64 || type == .int96
            case .decimal(let scale):
                (0...38).contains(scale)
                    && (type == .int32 || type == .int64 || type == .byteArray || type == .fixed && (1...16).contains(width))
            case .unsupported: true
            }
        return fits ? meaning : .unsupported("\(meaning) as \(type.name)")
    }
}

extension ParquetColumn {
    /// The leaves below the root, in order; those within groups get the whole path as their name and are not read.
    static func columns(_ elements: [ParquetSchemaElement]) throws(DataError) -> [ParquetColumn] {
        guard let root = elements.first else { throw DataError(.malformed, "the schema is empty") }
        var columns: [ParquetColumn] = []
        var position = 1
        // The groups that are open: their names, and how many children are left.
        var open = [(name: "", left: root.childCount)]
        while position < elements.count {
            while let group = open.last, group.left <= 0 { open.removeLast() }
            guard !open.isEmpty, open.count <= 100 else { throw DataError(.malformed, "the schema's groups do not fit together") }
            open[open.count - 1].left -= 1
            let element = elements[position]
            position += 1
            guard let number = element.type else {
                open.append((element.name, element.childCount))
                continue
            }
            guard let type = ParquetType(rawValue: number) else { throw DataError(.malformed, "the schema has an unknown type \(number)") }
            let isNested = open.count > 1 || element.repetition == 2
            columns.append(
                ParquetColumn(
                    name: (open.dropFirst().map(\.name) + [element.name]).joined(separator: "."), type: type, width: element.width,
                    isOptional: element.repetition == 1, meaning: isNested ? .unsupported("nested") : element.meaning(type)))
        }
        guard open.allSatisfy({ $0.left <= 0 }) else { throw DataError(.malformed, "the schema announces more columns than it has") }
        return columns
    }
}
