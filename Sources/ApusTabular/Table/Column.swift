extension Table {
    /// The values of one column, all of one type, some of which may be missing.
    public struct Column: Sendable, Equatable {
        public enum Values: Sendable, Equatable {
            case numbers([Double])
            case integers([Int64])
            case text([String])
            case booleans([Bool])
            /// Milliseconds since 1970-01-01 UTC; a time without zone counts as UTC, and finer parts are rounded down.
            case timestamps([Int64])
        }

        public let name: String
        public let values: Values
        /// For each row whether its value is missing (null); empty when none is. In its place stand NaN, 0, "" or false.
        public let nulls: [Bool]

        /// - Precondition: `nulls` is empty or as long as `values`.
        public init(_ name: String, _ values: Values, nulls: [Bool] = []) {
            self.name = name
            self.values = values
            precondition(nulls.isEmpty || nulls.count == values.count, "one mark per value")
            self.nulls = nulls
        }

        public var count: Int { values.count }
        public var nullCount: Int { nulls.reduce(0) { $1 ? $0 + 1 : $0 } }

        public func isNull(_ row: Int) -> Bool { !nulls.isEmpty && nulls[row] }
    }
}

extension Table.Column.Values {
    public var count: Int {
        switch self {
        case .numbers(let values): values.count
        case .integers(let values), .timestamps(let values): values.count
        case .text(let values): values.count
        case .booleans(let values): values.count
        }
    }

    /// `number`, `integer`, `text`, `boolean` or `timestamp`.
    public var typeName: String {
        switch self {
        case .numbers: "number"
        case .integers: "integer"
        case .text: "text"
        case .booleans: "boolean"
        case .timestamps: "timestamp"
        }
    }
}
