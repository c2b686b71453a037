/// Turns bytes that come in pieces into text; a scalar that is cut waits for its rest, what is no UTF-8 becomes U+FFFD.
package struct UTF8Decoder {
    private var rest: [UInt8] = []

    package init() {}

    package mutating func decode(_ bytes: some Collection<UInt8>) -> String {
        rest += bytes
        let whole = rest.count - unfinishedCount
        defer { rest.removeFirst(whole) }
        return String(decoding: rest[..<whole], as: UTF8.self)
    }

    /// What still waited, at the end of the text.
    package mutating func finish() -> String {
        defer { rest = [] }
        return String(decoding: rest, as: UTF8.self)
    }

    /// How many bytes at the end begin a scalar without ending it.
    private var unfinishedCount: Int {
        for count in 1...3 where count <= rest.count {
            let byte = rest[rest.count - count]
            if byte & 0b1100_0000 == 0b1000_0000 { continue }
            let length = byte >= 0xF0 && byte <= 0xF4 ? 4 : byte >= 0xE0 ? byte < 0xF0 ? 3 : 1 : byte >= 0xC2 ? 2 : 1
            return length > count ? count : 0
        }
        return 0
    }
}
