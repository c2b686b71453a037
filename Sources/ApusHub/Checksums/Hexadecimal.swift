/// Lower-case hexadecimal digits, as digests are written.
enum Hexadecimal {
    private static let digits = Array("0123456789abcdef".utf8)

    static func text(_ bytes: some Sequence<UInt8>) -> String {
        var output: [UInt8] = []
        for byte in bytes {
            output.append(digits[Int(byte >> 4)])
            output.append(digits[Int(byte & 15)])
        }
        return String(decoding: output, as: UTF8.self)
    }

    static func bytes(_ text: String) -> [UInt8] {
        let nibbles = text.utf8.compactMap { digit in digits.firstIndex(of: digit) }
        return stride(from: 0, to: nibbles.count - 1, by: 2).map { UInt8(nibbles[$0] << 4 | nibbles[$0 + 1]) }
    }

    static func isDigest(_ text: String, digits count: Int) -> Bool {
        text.utf8.count == count && text.utf8.allSatisfy { digits.contains($0) }
    }

    /// `count` random digits for the name of a temporary file.
    static func random(_ count: Int) -> String {
        String(decoding: (0..<count).map { _ in digits.randomElement()! }, as: UTF8.self)
    }
}
