import ApusJSON
import ApusSessionProcess
import TestSupport
import Testing

@Suite struct FrameTests {
    /// Random messages; the seed is printed with a failure.
    private func messages(_ generator: inout SeededGenerator) -> [JSON] {
        (0..<50).map { number in
            let text = String(
                String.UnicodeScalarView(
                    (0..<Int.random(in: 0...200, using: &generator)).compactMap { _ in
                        Unicode.Scalar(UInt32.random(in: 0...0x2FFF, using: &generator))
                    }))
            return ["number": .int(number), "text": .string(text)]
        }
    }

    @Test(arguments: [1, 2, 3, 5, 100, 65536]) func `messages come out as they went in, however they are cut`(size: Int) throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        var generator = SeededGenerator(seed: seed)
        let messages = messages(&generator)
        let bytes = try messages.flatMap { try Frame.bytes($0) }
        var reader = FrameReader()
        var read: [JSON] = []
        var count = 0
        for start in stride(from: 0, to: bytes.count, by: size) {
            bytes[start..<min(start + size, bytes.count)].withUnsafeBytes { reader.append($0) }
            while let (message, byteCount) = try reader.next() {
                read.append(message)
                count += byteCount
            }
        }
        #expect(read == messages, "seed \(seed)")
        #expect(count == bytes.count)
    }

    @Test func `a frame that is cut short is no message`() throws {
        let bytes = try Frame.bytes(["a": [1, 2, 3]])
        for length in 0..<bytes.count {
            var reader = FrameReader()
            bytes[..<length].withUnsafeBytes { reader.append($0) }
            #expect(try reader.next() == nil)
        }
    }

    @Test func `a frame that is too long is refused before its bytes come, on both sides`() throws {
        var reader = FrameReader(maximumLength: 10)
        let header: [UInt8] = [11, 0, 0, 0]
        header.withUnsafeBytes { reader.append($0) }
        #expect(throws: FrameError.tooLong(11)) { try reader.next() }
        #expect(throws: FrameError.tooLong(12)) { try Frame.bytes(.string("ten bytes."), maximumLength: 10) }
    }

    @Test func `random bytes never crash the reader`() {
        let seed = UInt64.random(in: 0...UInt64.max)
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<2000 {
            var reader = FrameReader()
            // A small length, so that the rest is read as JSON.
            let bytes = [UInt8.random(in: 0...40, using: &generator), 0, 0, 0] + (0..<60).map { _ in UInt8.random(in: 0...255, using: &generator) }
            bytes.withUnsafeBytes { reader.append($0) }
            guard let message = try? reader.next()?.message else { continue }
            _ = try? SessionReport(message)
            _ = try? SessionCommand(message)
        }
    }
}
