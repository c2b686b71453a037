/// Why a column could not be named or computed: what happened, the values involved, and what to do next.
public struct IndicatorError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The kind of failure, for callers that react to it. New kinds may be added.
    public struct Code: Equatable, Sendable {
        let name: String

        /// No family has that column name.
        public static let unknownColumn = Code(name: "unknownColumn")
        /// A period or another parameter is missing, left over or outside its range.
        public static let invalidParameter = Code(name: "invalidParameter")
        /// Fewer candles than the columns need before all of them have a value.
        public static let tooFewCandles = Code(name: "tooFewCandles")
        /// Candles that are out of order, incomplete or impossible; or columns of different lengths.
        public static let invalidCandles = Code(name: "invalidCandles")
        /// A column has no finite value in some rows.
        public static let undefinedValue = Code(name: "undefinedValue")
        /// TA-Lib cannot be loaded or refuses a call.
        public static let library = Code(name: "library")
    }

    public let code: Code
    public let message: String

    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    public var description: String { message }
}
