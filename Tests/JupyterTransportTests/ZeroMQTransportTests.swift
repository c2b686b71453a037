import ApusJSON
import CZeroMQ
import Glibc
import JupyterProtocol
import JupyterTransport
import Testing

@Suite(.serialized) struct ZeroMQTransportTests {
    @Test(arguments: [false, true])
    func `messages go there and back on every channel, over tcp and ipc`(ipc: Bool) throws {
        let connection = try makeConnection(ipc: ipc)
        let transport = try ZeroMQTransport(connection)
        let receiver = EchoReceiver(transport)
        transport.start(receiver)
        let codec = MessageCodec(key: connection.key)
        for channel in [Channel.shell, .control, .stdin] {
            let client = TestClient(ZMQ_DEALER, to: connection.endpoint(channel))
            let request = MessageFactory().message("ping", ["text": .string(channel.rawValue)], parent: nil, identities: [])
            client.send(codec.encode(request))
            let reply = try codec.decode(try #require(client.receive()))
            #expect(reply.content == request.content)
            #expect(reply.parentHeader == request.header.bytes)
            #expect(receiver.messages.last?.channel == channel)
        }
        transport.close()
    }

    @Test func `the heartbeat returns any bytes`() throws {
        let connection = try makeConnection()
        let transport = try ZeroMQTransport(connection)
        transport.start(EchoReceiver(transport))
        let client = TestClient(ZMQ_REQ, to: connection.endpoint(.heartbeat))
        for beat in [Frame(text: "ping"), [], [0, 255]] {
            client.send([beat])
            #expect(client.receive() == [beat])
        }
        transport.close()
    }

    @Test func `every subscriber is announced, also the second one and one with a filter`() throws {
        let connection = try makeConnection()
        let transport = try ZeroMQTransport(connection)
        let receiver = EchoReceiver(transport)
        transport.start(receiver)
        for topic in ["", "", "stream."] {
            let client = TestClient(ZMQ_SUB, to: connection.endpoint(.iopub), topic: topic)
            #expect(client.receive()?.first == Frame(text: topic), "the welcome comes under the topic that was subscribed to")
        }
        #expect(receiver.topics == [Frame(), Frame(), Frame(text: "stream.")])
        transport.close()
    }

    @Test func `what is no message is dropped and counted, and the next one is answered`() throws {
        let connection = try makeConnection()
        let transport = try ZeroMQTransport(connection)
        let receiver = EchoReceiver(transport)
        transport.start(receiver)
        let codec = MessageCodec(key: connection.key)
        let client = TestClient(ZMQ_DEALER, to: connection.endpoint(.shell))
        let request = codec.encode(MessageFactory().message("ping", [:], parent: nil, identities: []))
        var forged = request
        forged[1] = Frame(repeating: UInt8(ascii: "0"), count: 64)
        let bad: [[Frame]] = [[[]], [Frame(text: "junk")], Array(request.prefix(4)), forged, [Frame(repeating: 0xFF, count: 100_000)]]
        for frames in bad { client.send(frames) }
        client.send(request)
        client.send(request)
        #expect(client.receive() != nil)
        client.send(codec.encode(MessageFactory().message("last", [:], parent: nil, identities: [])))
        #expect(client.receive() != nil)
        #expect(receiver.messages.map(\.message.header.type) == ["ping", "last"], "the replay is not delivered")
        #expect(transport.droppedMessages == bad.count + 1)
        transport.close()
    }

    @Test(arguments: [false, true])
    func `a taken address is an error that names it, and is free after the close`(ipc: Bool) throws {
        let connection = try makeConnection(ipc: ipc)
        let first = try ZeroMQTransport(connection)
        let error = #expect(throws: TransportError.self) { try ZeroMQTransport(connection) }
        #expect(error?.reason == "Address already in use")
        #expect(error?.endpoint == connection.endpoint(.heartbeat))
        first.close()
        let second = try ZeroMQTransport(connection)
        second.start(EchoReceiver(second))
        let client = TestClient(ZMQ_REQ, to: connection.endpoint(.heartbeat))
        client.send([[1]])
        #expect(client.receive() == [[1]])
        second.close()
        for channel in Channel.allCases {
            if let path = connection.socketPath(channel) { #expect(access(path, F_OK) != 0, "no socket file is left") }
        }
    }

    @Test func `messages of many threads arrive in the order of each, and all before the close ends`() throws {
        let connection = try makeConnection(key: "")
        let transport = try ZeroMQTransport(connection)
        transport.start(EchoReceiver(transport))
        let client = TestClient(ZMQ_SUB, to: connection.endpoint(.iopub))
        #expect(client.receive() != nil, "the welcome")
        sendFromThreads(transport)
        transport.close()
        var next = [0, 0, 0, 0]
        for _ in 0..<8000 {
            let frames = try #require(client.receive())
            let content = try JSON(parsing: frames[6])
            let thread = try #require(content["thread"]?.int)
            #expect(content["number"] == .int(next[thread]))
            next[thread] += 1
        }
        #expect(next == [2000, 2000, 2000, 2000])
    }

    @Test func `a request is heard while other threads send on the same socket`() throws {
        let connection = try makeConnection()
        let transport = try ZeroMQTransport(connection)
        transport.start(EchoReceiver(transport))
        let codec = MessageCodec(key: connection.key)
        let factory = MessageFactory()
        let client = TestClient(ZMQ_DEALER, to: connection.endpoint(.shell))
        let sender = RestlessSender(transport)
        for _ in 0..<3000 {
            client.send(codec.encode(factory.message("ping", [:], parent: nil, identities: [])))
            guard client.receive() != nil else {
                Issue.record("a request was never answered")
                break
            }
        }
        sender.stop()
        transport.close()
    }

    @Test(.enabled(if: czeromq_load() == nil && zmq_has("curve") == 1, "this libzmq was built without CURVE"))
    func `an encrypted connection refuses a client without the key`() throws {
        var (publicKey, secretKey) = ([CChar](repeating: 0, count: 41), [CChar](repeating: 0, count: 41))
        zmq_curve_keypair(&publicKey, &secretKey)
        var connection = try makeConnection()
        connection.curve = .init(publicKey: text(publicKey), secretKey: text(secretKey))
        let transport = try ZeroMQTransport(connection)
        transport.start(EchoReceiver(transport))
        let endpoint = connection.endpoint(.heartbeat)
        let plain = TestClient(ZMQ_REQ, to: endpoint)
        plain.send([[1]])
        let encrypted = TestClient(ZMQ_REQ, to: endpoint, serverKey: text(publicKey))
        encrypted.send([[2]])
        #expect(encrypted.receive() == [[2]])
        #expect(plain.receive(timeout: 200) == nil)
        connection.curve?.secretKey = String(repeating: "~", count: 40)
        transport.close()
        #expect(throws: TransportError.self) { try ZeroMQTransport(connection) }
    }

    private func text(_ characters: [CChar]) -> String {
        String(decoding: characters.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
