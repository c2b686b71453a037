import ApusJSON
import JupyterProtocol
import Testing

@Suite struct MessageCodecTests {
    static func message(_ content: JSONObject = ["code": "1"]) -> Message {
        MessageFactory().message("execute_request", content, parent: nil, identities: [[1, 0, 255], [7]])
    }

    static func failure(_ codec: MessageCodec, _ frames: [Frame]) -> WireError? {
        do throws(WireError) {
            _ = try codec.decode(frames)
            return nil
        } catch {
            return error
        }
    }

    @Test func `a message survives the way to frames and back`() throws {
        var message = Self.message(["code": "é😀\u{0}\n"])
        message.metadata = ["n": 9_007_199_254_740_993]
        message.buffers = [[], [0, 1, 2]]
        for key in ["secret", ""] {
            #expect(try MessageCodec(key: key).decode(MessageCodec(key: key).encode(message)) == message)
        }
    }

    @Test func `the frames are in the order of the protocol`() {
        let frames = MessageCodec(key: "").encode(Self.message())
        #expect(frames.count == 8)
        #expect(frames[2] == Frame(text: "<IDS|MSG>"))
        #expect(frames[3] == [], "an empty key leaves the signature empty")
        #expect(frames[5] == Frame(text: "{}"), "no parent is an empty object, never null")
    }

    @Test func `a parent header is the very bytes that came`() throws {
        let text = #"{ "msg_id":"a" ,"msg_type":"x", "big": 123456789012345678901234567890, "f": 1.10, "unknown":[null] }"#
        let codec = MessageCodec(key: "")
        let request = try codec.decode(["<IDS|MSG>", "", text, "{}", "{}", "{}"].map(Frame.init(text:)))
        let reply = MessageFactory().message("x_reply", [:], parent: request.header, identities: [])
        #expect(codec.encode(reply)[3] == Frame(text: text))
        #expect(reply.parentID == "a")
    }

    @Test func `a wrong signature, a longer one and a replay are refused`() throws {
        let codec = MessageCodec(key: "secret")
        let frames = codec.encode(Self.message())
        var wrong = frames
        wrong[3][5] ^= 1
        #expect(Self.failure(codec, wrong) == .wrongSignature)
        var longer = frames
        longer[3].append(UInt8(ascii: "a"))
        #expect(Self.failure(codec, longer) == .wrongSignature)
        var changed = frames
        changed[7] = Frame(text: #"{"code":"2"}"#)
        #expect(Self.failure(codec, changed) == .wrongSignature)
        #expect(Self.failure(codec, frames) == nil, "what was refused before does not spoil the right message")
        #expect(Self.failure(codec, frames) == .replayed)
    }

    @Test func `frames that are no message say why`() {
        let codec = MessageCodec(key: "")
        func failure(_ frames: [String]) -> WireError? { Self.failure(codec, frames.map(Frame.init(text:))) }
        let header = #"{"msg_id":"a","msg_type":"x"}"#
        #expect(failure([]) == .noDelimiter)
        #expect(failure(["a", "b"]) == .noDelimiter)
        #expect(failure(["<IDS|MSG>", "", "{}"]) == .tooFewFrames(2))
        for bad in ["", "{", "null", "[]", "\"\\ud800", String(repeating: "[", count: 100_000)] {
            for position in 2...5 {
                var frames = ["<IDS|MSG>", "", header, "{}", "{}", "{}"]
                frames[position] = bad
                guard case .invalidPart = failure(frames) else {
                    Issue.record("'\(bad.prefix(20))' at \(position) was accepted")
                    continue
                }
            }
        }
        #expect(failure(["<IDS|MSG>", "", #"{"msg_id":1,"msg_type":"x"}"#, "{}", "{}", "{}"]) != nil)
    }

    @Test func `message ids never repeat and dates are in UTC with microseconds`() throws {
        let factory = MessageFactory()
        let messages = (0..<1000).map { _ in factory.message("status", [:], parent: nil, identities: []) }
        #expect(Set(messages.map(\.header.id)).count == 1000)
        #expect(MessageFactory().session != factory.session)
        let header = try JSON(parsing: messages[0].header.bytes)
        #expect(header["version"] == "5.5")
        #expect(try #require(header["date"]?.string).wholeMatch(of: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z/) != nil)
    }
}
