/// The kind of a ZigZag point: a swing high or low compared with the one before it on the same side.
public enum SwingType: Int, Sendable, CaseIterable {
    /// At or above the previous swing high, or the first one.
    case higherHigh = 0
    /// At or below the previous swing low, or the first one.
    case lowerLow = 1
    /// Above the previous swing low.
    case higherLow = 2
    /// Below the previous swing high.
    case lowerHigh = 3

    /// `HH`, `LL`, `HL`, `LH`.
    public var abbreviation: String { ["HH", "LL", "HL", "LH"][rawValue] }
    /// `Higher High` and so on.
    public var title: String { ["Higher High", "Lower Low", "Higher Low", "Lower High"][rawValue] }
    /// Class names in label order.
    public static var abbreviations: [String] { allCases.map(\.abbreviation) }
}

/// A confirmed turning point.
public struct ZigZagPoint: Sendable, Equatable {
    /// The bar with the extreme price.
    public var index: Int
    public var type: SwingType
    public var price: Double

    public init(index: Int, type: SwingType, price: Double) {
        self.index = index
        self.type = type
        self.price = price
    }
}

/// Finds turning points: an extreme becomes one when the price has since moved against it by `threshold` percent.
///
/// Works bar by bar; a point is known only when a later bar confirms it. The rules are those of the published labels:
/// the first extreme is the high of bar 0; a new extreme wins over a reversal within one bar; the threshold is included.
public struct ZigZag: Sendable {
    public let threshold: Double
    private enum Trend { case none, up, down }
    private var trend = Trend.none
    private var extreme: (index: Int, price: Double)?
    private var previousHigh: Double?
    private var previousLow: Double?
    private var count = 0

    /// - Parameter threshold: the reversal that confirms a point, in percent of the extreme price.
    public init(threshold: Double = 5) { self.threshold = threshold }

    /// Takes the next bar and returns the point that it confirms, if any.
    public mutating func push(high: Double, low: Double) -> ZigZagPoint? {
        defer { count += 1 }
        guard let (index, price) = extreme else {
            extreme = (0, high)
            return nil
        }
        let reversal = price * (threshold / 100)
        switch trend {
        case .none:
            if high > price {
                extreme = (count, high)
                trend = .up
            } else if low < price {
                extreme = (count, low)
                trend = .down
            }
        case .up:
            if high >= price {
                extreme = (count, high)
            } else if low <= price - reversal {
                let type: SwingType = previousHigh.map { price >= $0 } ?? true ? .higherHigh : .lowerHigh
                previousHigh = price
                extreme = (count, low)
                trend = .down
                return ZigZagPoint(index: index, type: type, price: price)
            }
        case .down:
            if low <= price {
                extreme = (count, low)
            } else if high >= price + reversal {
                let type: SwingType = previousLow.map { price <= $0 } ?? true ? .lowerLow : .higherLow
                previousLow = price
                extreme = (count, high)
                trend = .up
                return ZigZagPoint(index: index, type: type, price: price)
            }
        }
        return nil
    }

    /// All points of a series.
    public static func points(of candles: CandleSeries, threshold: Double = 5) -> [ZigZagPoint] {
        var zigZag = ZigZag(threshold: threshold)
        return (0..<candles.count).compactMap { zigZag.push(high: candles.highs[$0], low: candles.lows[$0]) }
    }
}
