import Glibc

/// Reads a decimal number exactly as `strtod` does, fast where the digits fit into a Double.
///
/// - Returns: nil when the bytes are not one number; NaN for an empty field and for `nan`, `null`, `none`.
func parseDecimal(_ bytes: Slice<UnsafeRawBufferPointer>) -> Double? {
    if bytes.isEmpty { return .nan }
    var position = bytes.startIndex
    let isNegative = bytes[position] == UInt8(ascii: "-")
    if isNegative || bytes[position] == UInt8(ascii: "+") { position += 1 }
    var mantissa: UInt64 = 0
    var digits = 0
    var fractionDigits = 0
    var inFraction = false
    while position < bytes.endIndex {
        let byte = bytes[position]
        if byte >= 0x30, byte <= 0x39 {
            mantissa = mantissa &* 10 &+ UInt64(byte &- 0x30)
            digits += 1
            if inFraction { fractionDigits += 1 }
        } else if byte == UInt8(ascii: "."), !inFraction {
            inFraction = true
        } else {
            return parseSlowly(bytes)
        }
        position += 1
    }
    // Both operands are exact, so the single division rounds correctly (Clinger's fast path).
    guard digits > 0, digits <= 19, mantissa <= 1 << 53, fractionDigits <= 22 else { return parseSlowly(bytes) }
    let value = Double(mantissa) / powersOfTen[fractionDigits]
    return isNegative ? -value : value
}

private let powersOfTen: [Double] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
]

private func parseSlowly(_ bytes: Slice<UnsafeRawBufferPointer>) -> Double? {
    guard bytes.count <= 400 else { return nil }
    let text = String(decoding: bytes, as: UTF8.self)
    switch text.lowercased() {
    case "nan", "null", "none", "na", "n/a": return .nan
    default: break
    }
    // `Double` alone would also take hexadecimal and "infinity" forms, which are mistakes in a table of prices.
    guard text.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 || "+-.eE".utf8.contains($0) }) else { return nil }
    return Double(text)
}
