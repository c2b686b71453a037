import ApusJSON
import JupyterProtocol
import TestSupport
import Testing

/// Random damage to real messages: whatever comes, decoding ends with a message or an error.
@Suite struct MutationTests {
    static let count = 25_000

    @Test func `mutated messages never crash the codec and never pass as signed`() {
        let seed = UInt64.random(in: 0...UInt64.max)
        print("mutations of messages, seed \(seed)")
        var random = SeededGenerator(seed: seed)
        let signed = MessageCodec(key: "secret")
        let unsigned = MessageCodec(key: "")
        let original = signed.encode(
            MessageFactory().message(
                "execute_request", ["code": "%%train --epochs 3\n# é😀", "n": [1, 2.5, nil, ["a": true]]], parent: nil, identities: [[1, 2], []]))
        var read = 0
        for _ in 0..<Self.count {
            let frames = random.mutate(original)
            if (try? unsigned.decode(frames)) != nil { read += 1 }
            // Accepted only when nothing that is signed was changed: the frames around it may be.
            if let message = try? signed.decode(frames) {
                #expect(MessageCodec(key: "").encode(message).suffix(4 + message.buffers.count).prefix(4) == original.suffix(4), "seed \(seed)")
            }
        }
        #expect(read > Self.count / 100 && read < Self.count, "the mutations are neither all harmless nor all fatal; seed \(seed)")
    }
}

extension SeededGenerator {
    /// One to four changes of frames: bytes flipped, cut, inserted; frames lost, doubled, swapped, replaced by hostile ones.
    mutating func mutate(_ original: [Frame]) -> [Frame] {
        var frames = original
        for _ in 0..<Int.random(in: 1...4, using: &self) {
            guard let index = frames.indices.randomElement(using: &self) else { break }
            switch Int.random(in: 0..<9, using: &self) {
            case 0: frames.remove(at: index)
            case 1: frames.insert(frames[index], at: index)
            case 2: frames.swapAt(index, frames.indices.randomElement(using: &self)!)
            case 3: frames[index] = hostile()
            case 4: frames[index] = Frame(frames[index].prefix(Int.random(in: 0...frames[index].count, using: &self)))
            case 5: frames[index].insert(UInt8.random(in: 0...255, using: &self), at: Int.random(in: 0...frames[index].count, using: &self))
            default:
                guard let byte = frames[index].indices.randomElement(using: &self) else { continue }
                frames[index][byte] ^= 1 << UInt8.random(in: 0..<8, using: &self)
            }
        }
        return frames
    }

    private mutating func hostile() -> Frame {
        let frames: [Frame] = [
            [], [0], [0xFF, 0xFE], Frame(text: "null"), Frame(text: "[]"), Frame(text: "{}"), Frame(text: #"{"msg_id":null}"#),
            Frame(text: String(repeating: "[", count: 2000)), Frame(text: #"{"a":1e999999}"#), Frame(text: "<IDS|MSG>"),
            Frame(text: #"{"msg_id":"\ud800","msg_type":""}"#), Frame(repeating: 0x80, count: 5000),
        ]
        return frames.randomElement(using: &self)!
    }
}
