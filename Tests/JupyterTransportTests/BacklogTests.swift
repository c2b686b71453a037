import CZeroMQ
import Glibc
import JupyterProtocol
import JupyterTransport
import Testing

/// How much of what is published no subscriber has taken yet, over real sockets.
@Suite(.serialized, .timeLimit(.minutes(2))) struct BacklogTests {
    private static let message = MessageFactory().message(
        "n", ["text": .string(String(repeating: "x", count: 1 << 16))], parent: nil, identities: [[1]])
    private static let count = 400

    /// Several times what the buffers of two small sockets hold.
    private func fill(_ transport: ZeroMQTransport) {
        for _ in 0..<Self.count { transport.send(Self.message, on: .iopub) }
    }

    /// Waits until the backlog fits; false when that takes longer than ten seconds.
    private func waits(_ transport: ZeroMQTransport, until fits: (Int) -> Bool) -> Bool {
        let deadline = ContinuousClock.now + .seconds(10)
        while !fits(transport.backlog.byteCount) {
            guard ContinuousClock.now < deadline else { return false }
            usleep(1000)
        }
        return true
    }

    private func withTransport(_ body: (ZeroMQTransport, () throws -> TestClient) throws -> Void) throws {
        let connection = try makeConnection()
        let transport = try ZeroMQTransport(connection, backlog: 4 << 20)
        transport.start(EchoReceiver(transport))
        try body(transport) {
            let client = TestClient(ZMQ_SUB, to: connection.endpoint(.iopub), buffer: 1 << 16)
            #expect(client.receive() != nil, "the welcome")
            return client
        }
        transport.close()
        #expect(transport.backlog.byteCount == 0, "nothing is left when the sockets are closed")
    }

    @Test func `without a subscriber nothing waits`() throws {
        try withTransport { transport, _ in
            fill(transport)
            #expect(waits(transport) { $0 == 0 })
        }
    }

    @Test func `what is not read counts until it is`() throws {
        try withTransport { transport, join in
            let client = try join()
            fill(transport)
            #expect(transport.backlog.isFull && transport.backlog.byteCount > Self.count * (1 << 16) / 2)
            for _ in 0..<Self.count { #expect(client.receive()?.count == 7) }
            #expect(waits(transport) { $0 == 0 })
            #expect(client.receive(timeout: 50) == nil)
        }
    }

    @Test func `the slowest subscriber counts, until it is gone`() throws {
        try withTransport { transport, join in
            let reader = try join()
            var sleeper: TestClient? = try join()
            fill(transport)
            for _ in 0..<Self.count { #expect(reader.receive()?.count == 7) }
            #expect(sleeper != nil && transport.backlog.isFull)
            sleeper = nil
            #expect(waits(transport) { $0 == 0 })
        }
    }
}
