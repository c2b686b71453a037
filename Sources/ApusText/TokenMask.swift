/// Hides access tokens of the Hugging Face Hub (`hf_` and letters and digits) in text that is kept.
///
/// A token counts wherever it stands, also behind a letter: that may be the end of a colour sequence or of a JSON escape.
package enum TokenMask {
    static let shortestToken = 8

    package static func masking(_ text: String) -> String {
        var text = text
        let masked = text.withUTF8 { bytes -> [UInt8]? in
            var masked: [UInt8] = []
            var copied = 0
            var position = 0
            while let start = nextStart(bytes, from: position) {
                let length = bytes[(start + 3)...].prefix(while: isWord).count
                position = start + 3
                guard length >= shortestToken else { continue }
                position += length
                masked.append(contentsOf: bytes[copied..<start])
                masked.append(contentsOf: "hf_***".utf8)
                copied = position
            }
            guard copied > 0 else { return nil }
            return masked + bytes[copied...]
        }
        return masked.map { String(decoding: $0, as: UTF8.self) } ?? text
    }

    /// The place of the next `hf_`.
    private static func nextStart(_ bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> Int? {
        var position = start + 2
        while position < bytes.count {
            if bytes[position] == UInt8(ascii: "_"), bytes[position - 1] == UInt8(ascii: "f"), bytes[position - 2] == UInt8(ascii: "h") {
                return position - 2
            }
            position += 1
        }
        return nil
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
        default: false
        }
    }
}
