import TestSupport

/// Damage to bytes, the same for the same generator: bits flipped, bytes replaced, numbers made extreme, pieces lost, doubled, moved and
/// taken from another seed.
struct Mutator {
    let seeds: [[UInt8]]
    var generator: SeededGenerator

    private static let extremes: [UInt64] = [0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0xFFFF, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF, 1 << 62, .max >> 1, .max]
    /// What means something in texts of all kinds.
    private static let words = [
        "{", "}", "[", "]", "\"", "\\u", "\\", ",", ":", "-", ".", "e999", "0", "null", "true", "NaN", "99999999999999999999", "\n", "\r\n", " ",
        "\t",
        "\u{0}", "%", "%%", "'", "(", ")", "/", "../", "\u{301}", "\u{1F600}", "\u{FEFF}",
    ].map { Array($0.utf8) }
    private static let mostBytes = 256 << 10

    mutating func next() -> [UInt8] {
        var bytes = seeds.randomElement(using: &generator) ?? []
        for _ in 0..<(1 << Int.random(in: 0...4, using: &generator)) where bytes.count <= Self.mostBytes { damage(&bytes) }
        return bytes
    }

    private mutating func damage(_ bytes: inout [UInt8]) {
        let place = Int.random(in: 0...bytes.count, using: &generator)
        let piece = place..<min(bytes.count, place + length())
        switch Int.random(in: 0..<12, using: &generator) {
        case 0, 1:
            if place < bytes.count { bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &generator) }
        case 2:
            if place < bytes.count { bytes[place] = .random(in: .min ... .max, using: &generator) }
        case 3, 4: writeNumber(&bytes, at: place)
        case 5: bytes.removeSubrange(piece)
        case 6: bytes.insert(contentsOf: bytes[piece], at: place)
        case 7: bytes.insert(contentsOf: Self.words.randomElement(using: &generator)!, at: place)
        case 8:
            let word = Self.words.randomElement(using: &generator)!
            bytes.insert(contentsOf: (0..<Int.random(in: 1...400, using: &generator)).flatMap { _ in word }, at: place)
        case 9:
            let other = seeds.randomElement(using: &generator) ?? []
            let start = Int.random(in: 0...other.count, using: &generator)
            bytes.replaceSubrange(piece, with: other[start..<min(other.count, start + length())])
        case 10:
            let moved = Array(bytes[piece])
            bytes.removeSubrange(piece)
            bytes.insert(contentsOf: moved, at: Int.random(in: 0...bytes.count, using: &generator))
        default: bytes.removeSubrange(place...)
        }
    }

    private mutating func writeNumber(_ bytes: inout [UInt8], at place: Int) {
        let width = [1, 2, 4, 8].randomElement(using: &generator)!
        let value = Self.extremes.randomElement(using: &generator)! &+ UInt64(bitPattern: Int64.random(in: -2...2, using: &generator))
        let isBigEndian = Bool.random(using: &generator)
        for index in 0..<width where place + index < bytes.count {
            let shift = 8 * (isBigEndian ? width - 1 - index : index)
            bytes[place + index] = UInt8(truncatingIfNeeded: value >> UInt64(shift))
        }
    }

    /// Mostly short.
    private mutating func length() -> Int { 1 << Int.random(in: 0...Int.random(in: 0...10, using: &generator), using: &generator) }
}
