import ApusJSON
import JupyterProtocol
import Synchronization
import Testing

import ApusKernel

/// A clock that moves only when somebody sleeps.
private final class FakeClock: Sendable {
    private let time = Mutex(Duration.zero)
    var now: Duration { time.withLock { $0 } }
    func advance(_ step: Duration) { time.withLock { $0 += step } }
    func limits() -> ServerLimits { ServerLimits(now: { self.now }, sleep: { self.advance($0 + .microseconds(1)) }) }
}

@Suite struct ServerLimitsTests {
    @Test func `in no three seconds more messages leave than the server takes`() {
        let clock = FakeClock()
        let limits = clock.limits()
        var times: [Duration] = []
        for _ in 0..<10_000 {
            limits.waitForMessage()
            times.append(clock.now)
        }
        for (index, time) in times.enumerated() where index >= 3000 {
            #expect(time - times[index - 3000] > .seconds(3.5), "with half a second of delay on the way")
        }
        #expect(clock.now < .seconds(20), "as fast as that allows")
    }

    @Test func `in no three seconds more text leaves as streams than the server takes`() {
        let clock = FakeClock()
        let limits = clock.limits()
        var sent: [(time: Duration, bytes: Int)] = []
        for _ in 0..<20_000 {
            if limits.admitStream(String(repeating: "x", count: 999) + "\n") { sent.append((clock.now, 1001)) }
            clock.advance(.milliseconds(1))
        }
        for start in sent.indices {
            let window = sent[start...].prefix { $0.time - sent[start].time < .seconds(3.5) }
            #expect(window.reduce(0) { $0 + $1.bytes } < 3_000_000)
        }
        #expect(sent.count > 3000)
    }

    @Test func `what JSON escapes counts as it is on the wire`() {
        let clock = FakeClock()
        #expect(clock.limits().admitStream(String(repeating: "x", count: 900_000)))
        #expect(!clock.limits().admitStream(String(repeating: "\n", count: 900_000)))
        #expect(!clock.limits().admitStream(String(repeating: "\u{1B}", count: 200_000)))
    }

    @Test func `pieces are whole lines, whole scalars and the whole text`() {
        let lines = (0..<300_000).map { "line \($0) ü🦅\n" }.joined()
        for text in [lines, String(repeating: "🦅", count: 800_000), "", "short"] {
            let pieces = ServerLimits.pieces(of: text)
            #expect(pieces.joined() == text)
            #expect(pieces.allSatisfy { $0.utf8.count <= ServerLimits.largestPiece && !$0.unicodeScalars.contains("\u{FFFD}") })
        }
        #expect(ServerLimits.pieces(of: lines).allSatisfy { $0.hasSuffix("\n") })
    }

    @Test func `fifty megabytes arrive whole, in order, and not as streams that the server drops`() {
        let conversation = Conversation(limits: FakeClock().limits())
        let request = conversation.execute("big 50\nsay end")
        let published = conversation.published(for: request)
        let streamed = published.filter { $0.type == "stream" }.reduce(0) { $0 + ($1.message.content["text"]?.string?.utf8.count ?? 0) }
        #expect(streamed < 3_000_000)
        let text = published.map { ($0.message.content["text"] ?? $0.message.content["data"]?["text/plain"])?.string ?? "" }.joined()
        #expect(text.utf8.count == 50_000_000 + 4)
        #expect(text == EchoSession.bigText(megabytes: 50) + "end\n")
    }

    @Test func `where no server drops anything a text stays a stream`() {
        let conversation = Conversation()
        let request = conversation.execute("big 5")
        #expect(conversation.published(for: request).map(\.type) == ["status", "execute_input", "stream", "status"])
    }

    @Test func `a server is known by the name it gives the session`() {
        #expect(ServerLimits.standard { $0 == "JPY_SESSION_NAME" ? "a.ipynb" : nil } != nil)
        #expect(ServerLimits.standard { $0 == "KERNEL_GATEWAY" ? "1" : nil } != nil)
        #expect(ServerLimits.standard { _ in nil } == nil)
    }
}
