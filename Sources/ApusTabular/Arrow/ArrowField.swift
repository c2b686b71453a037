import ApusData

/// A column as Arrow's schema has it (Schema.fbs).
struct ArrowField {
    enum Kind: Equatable {
        case null, boolean, text(isLarge: Bool), textView
        case integer(bits: Int, isSigned: Bool)
        /// Of 16, 32 or 64 bits.
        case number(bits: Int)
        case decimal(bits: Int, scale: Int)
        case days
        case timestamp(perSecond: Int64)
        case unsupported(String)
    }

    /// What the values of a column take in a batch: parts of the three lists that a batch has.
    struct Layout {
        var nodes = 0
        var buffers = 0
        var viewCounts = 0
    }

    let name: String
    let kind: Kind
    let layout: Layout
    /// Values are positions in the dictionary of that number, as integers of this kind.
    let dictionary: (id: Int64, index: Kind)?

    init(_ table: FlatTable, depth: Int = 0) throws(DataError) {
        guard depth < 32 else { throw DataError(.malformed, "the schema has types within types, deeper than 32") }
        name = try table.text(0) ?? ""
        let number = Int(try table.number(2, UInt8(0)))
        let type = try table.table(3)
        kind = try Self.kind(number, type)
        if let encoding = try table.table(4) {
            let integer = try encoding.table(1)
            dictionary = (
                try encoding.number(0, Int64(0)),
                .integer(bits: Int(try integer?.number(0, Int32(0)) ?? 32), isSigned: try integer?.number(1, UInt8(0)) ?? 1 != 0)
            )
            layout = Layout(nodes: 1, buffers: 2)
            return
        }
        dictionary = nil
        var layout = Layout(nodes: 1, buffers: 0)
        switch number {
        case 1, 22: layout.buffers = 0
        case 4, 5, 19, 20, 25, 26: layout.buffers = 3
        case 13, 16: layout.buffers = 1
        case 14: layout.buffers = try type?.number(0, Int16(0)) == 1 ? 2 : 1
        case 23, 24: (layout.buffers, layout.viewCounts) = (2, 1)
        default: layout.buffers = 2
        }
        for child in try table.tables(5) {
            let child = try ArrowField(child, depth: depth + 1).layout
            layout.nodes += child.nodes
            layout.buffers += child.buffers
            layout.viewCounts += child.viewCounts
        }
        self.layout = layout
    }

    /// The entries of a dictionary-encoded column's dictionary, as a column of their own.
    init(textOf field: ArrowField) {
        name = field.name
        kind = field.kind
        layout = field.kind == .textView ? Layout(nodes: 1, buffers: 2, viewCounts: 1) : Layout(nodes: 1, buffers: 3)
        dictionary = nil
    }

    private static let names = [
        "NONE", "null", "int", "float", "binary", "utf8", "bool", "decimal", "date", "time of day", "timestamp", "interval", "list", "struct",
        "union", "fixed-size binary", "fixed-size list", "map", "duration", "large binary", "large utf8", "large list", "run-end encoded",
        "binary view", "utf8 view", "list view", "large list view",
    ]

    private static func kind(_ number: Int, _ type: FlatTable?) throws(DataError) -> Kind {
        switch number {
        case 1: return .null
        case 2:
            let bits = Int(try type?.number(0, Int32(0)) ?? 0)
            guard [8, 16, 32, 64].contains(bits) else { return .unsupported("integers of \(bits) bits") }
            return .integer(bits: bits, isSigned: try type?.number(1, UInt8(0)) ?? 0 != 0)
        case 3:
            let precision = Int(try type?.number(0, Int16(0)) ?? 0)
            return (0...2).contains(precision) ? .number(bits: 16 << precision) : .unsupported("float of precision \(precision)")
        case 5: return .text(isLarge: false)
        case 6: return .boolean
        case 7:
            let (scale, bits) = (Int(try type?.number(1, Int32(0)) ?? 0), Int(try type?.number(2, Int32(128)) ?? 128))
            return [32, 64, 128].contains(bits) && (0...38).contains(scale)
                ? .decimal(bits: bits, scale: scale) : .unsupported("decimals of \(bits) bits and scale \(scale)")
        case 8: return try type?.number(0, Int16(1)) ?? 1 == 0 ? .days : .timestamp(perSecond: 1000)
        case 10:
            let unit = Int(try type?.number(0, Int16(0)) ?? 0)
            return (0...3).contains(unit) ? .timestamp(perSecond: [1, 1000, 1_000_000, 1_000_000_000][unit]) : .unsupported("timestamp")
        case 20: return .text(isLarge: true)
        case 24: return .textView
        default: return .unsupported(names.indices.contains(number) ? names[number] : "type \(number)")
        }
    }

    var isText: Bool {
        switch kind {
        case .text, .textView: true
        default: false
        }
    }

    /// The words of Arrow's own programs, for people.
    var description: TableFileColumn {
        var refusal: String?
        let type: String
        switch kind {
        case .null: type = "null"
        case .boolean: type = "bool"
        case .text(let isLarge): type = isLarge ? "large utf8" : "utf8"
        case .textView: type = "utf8 view"
        case .integer(let bits, let isSigned): type = "\(isSigned ? "int" : "uint")\(bits)"
        case .number(let bits): type = "float\(bits)"
        case .decimal(let bits, let scale): type = "decimal\(bits) of scale \(scale)"
        case .days: type = "date32"
        case .timestamp(let perSecond): type = "timestamp[\([1: "s", 1000: "ms", 1_000_000: "us"][perSecond] ?? "ns")]"
        case .unsupported(let what):
            type = what
            refusal = "\(what) values are not read"
        }
        if dictionary != nil, !isText { refusal = "dictionaries of other values than text are not read" }
        return TableFileColumn(name: name, type: dictionary == nil ? type : "dictionary of \(type)", refusal: refusal)
    }
}
