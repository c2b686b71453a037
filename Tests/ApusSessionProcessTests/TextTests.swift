import ApusSessionProcess
import TestSupport
import Testing

@Suite struct TextTests {
    @Test func `text that comes in pieces of any size is decoded as a whole`() {
        let seed = UInt64.random(in: 0...UInt64.max)
        var generator = SeededGenerator(seed: seed)
        let samples: [[UInt8]] = [
            Array("aé€🐦".utf8), [0xFF, 0xC3], [0xF0, 0x9F], [0xE2, 0x82, 0x41], [0xC0, 0x80], [0xF5], [0x80, 0x80, 0x80, 0x80],
        ]
        for _ in 0..<500 {
            let bytes = (0..<8).flatMap { _ in samples[Int.random(in: 0..<samples.count, using: &generator)] }
            var decoder = UTF8Decoder()
            var text = ""
            var position = 0
            while position < bytes.count {
                let end = min(bytes.count, position + Int.random(in: 1...5, using: &generator))
                text += decoder.decode(bytes[position..<end])
                position = end
            }
            text += decoder.finish()
            #expect(text == String(decoding: bytes, as: UTF8.self), "seed \(seed)")
        }
    }

    @Test func `a whole scalar never waits`() {
        var decoder = UTF8Decoder()
        #expect(decoder.decode(Array("aé€🐦".utf8)) == "aé€🐦")
        #expect(decoder.decode([0xF0, 0x9F]) == "")
        #expect(decoder.decode([0x90, 0xA6]) == "🐦")
        #expect(decoder.finish() == "")
    }

    @Test func `a long text is cut between scalars`() {
        let text = String(repeating: "aé€🐦", count: 100)
        for longest in 4...20 {
            let pieces = Array(TextPieces(text, longest: longest))
            #expect(pieces.joined() == text)
            #expect(pieces.allSatisfy { $0.utf8.count <= longest && !$0.isEmpty })
        }
        #expect(Array(TextPieces("", longest: 4)).isEmpty)
    }
}
