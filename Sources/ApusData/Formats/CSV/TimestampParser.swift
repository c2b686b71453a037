/// Reads a moment as milliseconds since 1970 UTC: ISO 8601 dates and times, or a count of s, ms, µs or ns since 1970.
///
/// A time without zone is UTC. The unit of a count follows from its size (years 1973 to 5138 are unambiguous).
package func parseTimestamp(_ bytes: Slice<UnsafeRawBufferPointer>) -> Int64? {
    guard !bytes.isEmpty else { return nil }
    let isCount = bytes.allSatisfy { $0 >= 0x30 && $0 <= 0x39 || $0 == UInt8(ascii: ".") }
    if isCount, let value = parseDecimal(bytes), value >= 0 {
        return timestamp(count: value)
    }
    var parser = ISO8601Parser(bytes: bytes)
    return parser.parse()
}

/// Milliseconds since 1970 of a count of s, ms, µs or ns, told apart by its size; nil below 0 and where no unit fits.
package func timestamp(count value: Double) -> Int64? {
    switch value {
    case 0..<1e11: Int64((value * 1000).rounded())
    case 1e11..<1e14: Int64(value.rounded(.down))
    case 1e14..<1e17: Int64((value / 1e3).rounded(.down))
    case 1e17..<9e18: Int64((value / 1e6).rounded(.down))
    default: nil
    }
}

private struct ISO8601Parser {
    let bytes: Slice<UnsafeRawBufferPointer>
    var position: Int

    init(bytes: Slice<UnsafeRawBufferPointer>) {
        self.bytes = bytes
        position = bytes.startIndex
    }

    mutating func parse() -> Int64? {
        guard let year = number(4), let separator = separator("-", "/"), let month = number(2), accept(separator), let day = number(2) else {
            return nil
        }
        guard position < bytes.endIndex else { return CalendarTime(year: year, month: month, day: day)?.milliseconds }
        guard accept(UInt8(ascii: "T")) || accept(0x20), let hour = number(2), accept(UInt8(ascii: ":")), let minute = number(2) else { return nil }
        var second = 0
        var millisecond = 0
        if accept(UInt8(ascii: ":")) {
            guard let value = number(2) else { return nil }
            second = value
            if accept(UInt8(ascii: ".")) || accept(CSVReader.comma) {
                guard let value = fraction() else { return nil }
                millisecond = value
            }
        }
        guard let offset = zone(), position == bytes.endIndex,
            let time = CalendarTime(year: year, month: month, day: day, hour: hour, minute: minute, second: second, millisecond: millisecond)
        else { return nil }
        return time.milliseconds - Int64(offset) * 60_000
    }

    private mutating func number(_ width: Int) -> Int? {
        guard position + width <= bytes.endIndex else { return nil }
        var value = 0
        for _ in 0..<width {
            let byte = bytes[position]
            guard byte >= 0x30, byte <= 0x39 else { return nil }
            value = value * 10 + Int(byte - 0x30)
            position += 1
        }
        return value
    }

    private mutating func accept(_ byte: UInt8) -> Bool {
        guard position < bytes.endIndex, bytes[position] == byte else { return false }
        position += 1
        return true
    }

    private mutating func separator(_ candidates: Unicode.Scalar...) -> UInt8? {
        for candidate in candidates where accept(UInt8(ascii: candidate)) { return UInt8(ascii: candidate) }
        return nil
    }

    private mutating func fraction() -> Int? {
        var milliseconds = 0
        var digits = 0
        while position < bytes.endIndex, bytes[position] >= 0x30, bytes[position] <= 0x39 {
            if digits < 3 { milliseconds = milliseconds * 10 + Int(bytes[position] - 0x30) }
            digits += 1
            position += 1
        }
        guard digits > 0 else { return nil }
        for _ in min(digits, 3)..<3 { milliseconds *= 10 }
        return milliseconds
    }

    /// Minutes east of UTC; 0 when no zone is written.
    private mutating func zone() -> Int? {
        if position == bytes.endIndex || accept(UInt8(ascii: "Z")) { return 0 }
        _ = accept(0x20)
        if position + 3 == bytes.endIndex, bytes[position...].elementsEqual("UTC".utf8) {
            position += 3
            return 0
        }
        let sign: Int
        if accept(UInt8(ascii: "+")) { sign = 1 } else if accept(UInt8(ascii: "-")) { sign = -1 } else { return nil }
        guard let hours = number(2) else { return nil }
        guard position < bytes.endIndex else { return sign * hours * 60 }
        _ = accept(UInt8(ascii: ":"))
        guard let minutes = number(2) else { return nil }
        return sign * (hours * 60 + minutes)
    }
}
