import ApusHub
import Foundation
import Testing

@Suite struct ContentHasherTests {
    @Test func `base64 is that of Foundation`() {
        for count in [0, 1, 2, 3, 4, 5, 6, 255, 256, 257, 1000] {
            let bytes = randomBytes(count, seed: UInt64(count + 1))
            #expect(Base64.encode(bytes) == Data(bytes).base64EncodedString())
        }
    }

    @Test(arguments: [0, 1, 100, 5_000_000])
    func `hashing in the background is hashing`(count: Int) {
        let bytes = randomBytes(count)
        for pieceSize in [1000, 333_333, 6_000_000] where count / pieceSize < 1000 {
            let hasher = BackgroundHasher(ContentHasher(sha256: ()))
            for start in stride(from: 0, to: count, by: pieceSize) {
                bytes[start..<min(start + pieceSize, count)].withUnsafeBytes { hasher.update($0) }
            }
            var expected = ContentHasher(sha256: ())
            expected.update(bytes)
            #expect(hasher.finish() == expected.digits())
        }
    }

    @Test func `parts of a multipart upload are in order and without a gap`() throws {
        let parts = try #require(PartURLs(["chunk_size": "5", "10": "j", "2": "b", "1": "a", "other": "x"]))
        #expect(parts.size == 5 && parts.urls == ["a", "b"])
        #expect(PartURLs(["chunk_size": .int(7), "00001": "a", "00002": "b"])?.urls == ["a", "b"])
        #expect(PartURLs(["Authorization": "x"]) == nil)
        #expect(PartURLs(["chunk_size": "0", "1": "a"]) == nil)
        #expect(PartURLs(nil) == nil)
    }
}
