import ApusJSON
import Testing

import SwiftAssistance

@Suite struct ContentFrameTests {
    private let message: JSON = ["jsonrpc": "2.0", "method": "é😀", "params": [1, nil, "a\r\n\r\nb"]]

    private func read(_ chunks: [[UInt8]]) throws -> [JSON] {
        var reader = ContentReader()
        var messages: [JSON] = []
        for chunk in chunks {
            reader.append(chunk)
            while let message = try reader.next() { messages.append(message) }
        }
        return messages
    }

    @Test func `what is written is read, whole, in pieces and together`() throws {
        let bytes = ContentFrame.bytes(message)
        #expect(try read([bytes]) == [message])
        #expect(try read(bytes.map { [$0] }) == [message])
        #expect(try read([bytes + bytes + bytes.dropLast(3), bytes.suffix(3)]) == [message, message, message])
        #expect(try read([Array(bytes.dropLast())]) == [])
    }

    @Test func `other header lines are passed over, and case does not matter`() throws {
        let frame = "Content-Type: application/vscode-jsonrpc; charset=utf-8\r\ncontent-LENGTH:2 \r\n\r\n{}"
        #expect(try read([Array(frame.utf8)]) == [[:]])
    }

    @Test(arguments: [
        "Content-Type: x\r\n\r\n{}", "Content-Length: -1\r\n\r\n", "Content-Length: 999999999999\r\n\r\n", "Content-Length: two\r\n\r\n{}",
        "Content-Length: 99999999999999999999999\r\n\r\n", "Content-Length: 2\r\n\r\n{{", "\r\n\r\n", String(repeating: "x", count: 5000),
    ]) func `what is no message is refused`(text: String) {
        #expect(throws: ServerFailure.self) { try read([Array(text.utf8)]) }
    }
}
