/// Decimal numbers as the formats store them: whole numbers and one power of ten for the column.
enum DecimalScale {
    /// The nearest double, except that above 2^53 or 22 places the last bit may differ.
    static func number(_ unscaled: Int128, scale: Int) -> Double { Double(unscaled) / powers[scale] }

    /// - Parameter bytes: at most 16, two's complement, the highest first.
    static func bigEndian(_ bytes: UnsafeRawBufferPointer) -> Int128 {
        var value: Int128 = bytes.first.map { $0 >= 0x80 ? -1 : 0 } ?? 0
        for byte in bytes { value = value << 8 | Int128(byte) }
        return value
    }

    /// 10 to the power of 0 to 38.
    private static let powers: [Double] = [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22, 1e23, 1e24,
        1e25, 1e26, 1e27, 1e28, 1e29, 1e30, 1e31, 1e32, 1e33, 1e34, 1e35, 1e36, 1e37, 1e38,
    ]
}
