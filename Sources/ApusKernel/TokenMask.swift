/// Hides access tokens of the Hugging Face Hub (`hf_` and letters and digits) in text that is kept.
enum TokenMask {
    static let shortestToken = 8

    static func masking(_ text: String) -> String {
        guard text.utf8.contains(UInt8(ascii: "_")) else { return text }
        let bytes = Array(text.utf8)
        var masked: [UInt8] = []
        var position = 0
        while position < bytes.count {
            let isStart = bytes[position...].starts(with: "hf_".utf8) && (position == 0 || !isWord(bytes[position - 1]))
            let length = isStart ? bytes[(position + 3)...].prefix(while: isWord).count : 0
            if length >= shortestToken {
                masked += Array("hf_***".utf8)
                position += 3 + length
            } else {
                masked.append(bytes[position])
                position += 1
            }
        }
        return String(decoding: masked, as: UTF8.self)
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
        default: false
        }
    }
}
