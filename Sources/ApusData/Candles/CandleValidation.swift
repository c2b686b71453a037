/// Something about a candle series that a person should know, with how often and where first it occurs.
public struct CandleFinding: Sendable, Equatable, CustomStringConvertible {
    public enum Kind: String, Sendable, CaseIterable {
        case missingValue = "missing or non-finite values"
        case nonPositivePrice = "prices that are not positive"
        case negativeVolume = "negative volumes"
        case inconsistentRange = "candles whose high is below their low, open or close, or whose low is above them"
        case outOfOrder = "candles older than the one before"
        case duplicate = "candles with the time of the one before"
        case wrongTimeframe = "steps that are not of the stated timeframe"
        case gap = "gaps"

        /// Features cannot be computed from candles with this finding. Gaps only make windows span more time.
        public var isError: Bool { self != .gap }
    }

    public let kind: Kind
    public let count: Int
    /// Row of the first occurrence, counted from 0.
    public let firstRow: Int
    /// Time of the first occurrence, in UTC.
    public let firstTime: String
    /// Candles missing in all gaps together; 0 for other kinds.
    public let missingCandles: Int

    public var isError: Bool { kind.isError }

    public var description: String {
        let missing = kind == .gap ? " (\(missingCandles) candles missing)" : ""
        return "\(count) \(kind.rawValue)\(missing), first in candle \(firstRow) at \(firstTime)"
    }
}

extension CandleSeries {
    /// What a person should know about candles that can be used, such as gaps.
    ///
    /// - Throws: `DataError` with all the errors when they cannot be used.
    public func usableFindings(timeframe: Timeframe? = nil) throws(DataError) -> [CandleFinding] {
        let findings = validate(timeframe: timeframe)
        let errors = findings.filter(\.isError)
        guard errors.isEmpty else {
            throw DataError(
                .invalidValues, "the candles cannot be used: \(errors.map(\.description).joined(separator: "; ")). Repair the file and try again")
        }
        return findings
    }

    /// Checks values, order and spacing.
    ///
    /// - Parameter timeframe: the expected step; when nil, the most frequent one.
    /// - Returns: one finding per kind that occurs, errors first; empty for a flawless series.
    public func validate(timeframe: Timeframe? = nil) -> [CandleFinding] {
        var counts: [CandleFinding.Kind: (count: Int, row: Int)] = [:]
        var missing = 0
        func note(_ kind: CandleFinding.Kind, _ row: Int) {
            if let found = counts[kind] { counts[kind] = (found.count + 1, found.row) } else { counts[kind] = (1, row) }
        }
        let step = timeframe?.milliseconds ?? usualStep ?? 0
        for row in 0..<count {
            let (open, high, low, close, volume) = (opens[row], highs[row], lows[row], closes[row], volumes[row])
            if !(open.isFinite && high.isFinite && low.isFinite && close.isFinite && volume.isFinite) {
                note(.missingValue, row)
            } else {
                if min(open, high, low, close) <= 0 { note(.nonPositivePrice, row) }
                if volume < 0 { note(.negativeVolume, row) }
                if high < max(low, open, close) || low > min(open, close) { note(.inconsistentRange, row) }
            }
            guard row > 0 else { continue }
            let distance = openTimes[row] - openTimes[row - 1]
            if distance < 0 {
                note(.outOfOrder, row)
            } else if distance == 0 {
                note(.duplicate, row)
            } else if step > 0, distance % step != 0 {
                note(.wrongTimeframe, row)
            } else if step > 0, distance > step {
                note(.gap, row)
                missing += Int(distance / step) - 1
            }
        }
        return CandleFinding.Kind.allCases.compactMap { kind in
            counts[kind].map {
                CandleFinding(
                    kind: kind, count: $0.count, firstRow: $0.row, firstTime: CalendarTime(milliseconds: openTimes[$0.row]).description,
                    missingCandles: kind == .gap ? missing : 0)
            }
        }
    }
}
