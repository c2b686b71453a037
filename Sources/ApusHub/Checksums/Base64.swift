/// Base64 with padding (RFC 4648, section 4), as the Hub takes small files.
package enum Base64 {
    private static let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    package static func encode(_ bytes: [UInt8]) -> String {
        let count = (bytes.count + 2) / 3 * 4
        return String(unsafeUninitializedCapacity: count) { output in
            var position = 0
            for start in stride(from: 0, to: bytes.count, by: 3) {
                let group = (0..<3).reduce(0) { $0 << 8 | (start + $1 < bytes.count ? Int(bytes[start + $1]) : 0) }
                for digit in 0..<4 {
                    let isPadding = start + digit > bytes.count
                    output[position] = isPadding ? UInt8(ascii: "=") : digits[group >> (18 - 6 * digit) & 63]
                    position += 1
                }
            }
            return position
        }
    }
}
