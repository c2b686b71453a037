/// The time a candle covers: `15m`, `1h`, `4h`, `1d`, `1w`.
public struct Timeframe: Hashable, Sendable, CustomStringConvertible {
    public let seconds: Int
    private let text: String

    private static let units: [(suffix: Character, seconds: Int)] = [("s", 1), ("m", 60), ("h", 3600), ("d", 86400), ("w", 604_800)]

    /// - Throws: `DataError` when `text` is not a positive number followed by s, m, h, d or w.
    public init(_ text: String) throws(DataError) {
        guard let suffix = text.last, let unit = Self.units.first(where: { $0.suffix == suffix }), let count = Int(text.dropLast()),
            (1...10_000).contains(count), text.first != "+"
        else { throw DataError(.invalidValues, "'\(text)' is not a timeframe; write a number and s, m, h, d or w, such as 15m, 1h or 1d") }
        self.text = text
        seconds = count * unit.seconds
    }

    /// `15m` for 900,000 milliseconds: the largest unit that divides them.
    public static func name(milliseconds: Int64) -> String {
        let unit = units.last { milliseconds % (Int64($0.seconds) * 1000) == 0 }
        return unit.map { "\(milliseconds / (Int64($0.seconds) * 1000))\($0.suffix)" } ?? "\(milliseconds)ms"
    }

    public var milliseconds: Int64 { Int64(seconds) * 1000 }
    public var description: String { text }
}
