import ApusHub
import Foundation
import Synchronization
import Testing

@Suite struct ContentPartsTests {
    @Test func `base64 is that of Foundation`() {
        for count in [0, 1, 2, 3, 4, 5, 6, 255, 256, 257, 1000] {
            let bytes = randomBytes(count, seed: UInt64(count + 1))
            #expect(Base64.encode(bytes) == Data(bytes).base64EncodedString())
        }
    }

    @Test(arguments: [0, 1, 100])
    func `a worker gets every piece in order`(count: Int) throws {
        let seen = Mutex<[UInt8]>([])
        let worker = PieceWorker(name: "test") { piece in seen.withLock { $0 += piece } }
        for index in 0..<count { try worker.add([UInt8(index), 7]) }
        try worker.finish()
        #expect(seen.withLock { $0 } == (0..<count).flatMap { [UInt8($0), 7] })
    }

    @Test func `the first failure of a worker is what its user gets, and nothing is done after it`() throws {
        let calls = Mutex(0)
        let worker = PieceWorker(name: "test") { (piece) throws(HubError) in
            calls.withLock { $0 += 1 }
            if piece == [3] { throw HubError(.noSpace, "full") }
        }
        var failures = 0
        for index in 0..<50 { do { try worker.add([UInt8(index)]) } catch { failures += error.code == .noSpace ? 1 : 0 } }
        #expect(try hubError { try worker.finish() }.code == .noSpace)
        #expect(calls.withLock { $0 } == 4 && failures > 0)
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
