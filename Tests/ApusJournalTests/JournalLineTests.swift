import ApusJSON
import ApusSession
import Testing

import ApusJournal

@Suite struct JournalLineTests {
    static let contents: [JournalRecord.Content] = [
        .origin(JournalOrigin(.run, name: "a \"b\".ipynb", process: 7)),
        .began(JournalCellStart(count: 3, code: "%%train\n--epochs 5")),
        .shown(.stream(.stderr, "line\nüñ🦅\u{0}\n")),
        .shown(.display(DisplayData(MIMEBundle(text: "bar", html: "<b>bar</b>"), id: "apus-1-1"))),
        .shown(.display(DisplayData(MIMEBundle(text: "plain")))),
        .shown(.updateDisplay(DisplayData(MIMEBundle(["text/plain": "x", "a/b": ["c": 1.5]], metadata: ["m": true]), id: "apus-1-1"))),
        .shown(.clearOutput(wait: true)),
        .shown(.result(MIMEBundle(text: "42"))),
        .shown(.error(CellError(name: "E", message: "m", report: ["\u{1B}[31mE\u{1B}[0m: m", "next"]))),
        .omitted(outputs: 12),
        .ended(.interrupted),
    ]

    private func decode(_ line: some Collection<UInt8>) -> JournalRecord? {
        Array(line).withUnsafeBytes { JournalLine.decode($0) }
    }

    @Test(arguments: contents) func `a record reads back as it was written`(_ content: JournalRecord.Content) {
        let record = JournalRecord(number: 9, cell: 2, time: 1_790_000_000_000_001, content: content)
        let line = JournalLine.encode(record)
        #expect(line.last == JournalLine.lineBreak)
        #expect(!line.dropLast().contains(JournalLine.lineBreak))
        #expect(decode(line.dropLast()) == record)
    }

    @Test func `every damaged byte and every cut is noticed`() {
        let line = JournalLine.encode(JournalRecord(number: 1, cell: 1, time: 5, content: Self.contents[2])).dropLast()
        for index in line.indices {
            var damaged = Array(line)
            damaged[index] ^= 0x01
            #expect(decode(damaged) == nil, "byte \(index)")
            #expect(decode(line[..<index]) == nil, "cut at \(index)")
        }
    }

    @Test(arguments: [
        "[]", "{}", "{\"n\":1}", "{\"n\":1,\"c\":1,\"t\":1}", "{\"n\":1,\"c\":1,\"t\":1,\"stream\":\"stdlog\",\"text\":\"\"}", "nonsense",
    ])
    func `a line with a right checksum and a wrong content is no record`(_ text: String) {
        let checksum = Array(text.utf8).withUnsafeBytes { CRC32.checksum($0) }
        let digits = String(checksum, radix: 16)
        #expect(decode((String(repeating: "0", count: 8 - digits.count) + digits + " " + text).utf8) == nil)
    }

    @Test func `the checksum is the CRC-32 of zip`() {
        // Python: zlib.crc32(b"123456789"), zlib.crc32(b"a"), zlib.crc32(b"")
        for (text, value) in [("123456789", UInt32(0xCBF4_3926)), ("a", 0xE8B7_BE43), ("", 0)] {
            #expect(Array(text.utf8).withUnsafeBytes { CRC32.checksum($0) } == value)
        }
    }

    @Test func `tokens never reach a line, wherever they stand`() {
        let token = "hf_abcdefghijklmnop"
        let error = CellError(name: token, message: token, report: [token])
        let bundle = MIMEBundle(["text/plain": .string(token), token: [.string(token)]], metadata: [token: 1])
        let contents: [JournalRecord.Content] = [
            .began(JournalCellStart(count: 1, code: "%%auth --token \(token)")), .shown(.stream(.stdout, "<\(token)>\n\(token)")),
            .shown(.error(error)), .shown(.display(DisplayData(bundle, id: token))), .origin(JournalOrigin(.run, name: token, process: 1)),
        ]
        for content in contents {
            let line = JournalLine.encode(JournalRecord(number: 1, cell: 1, time: 1, content: content))
            #expect(!String(decoding: line, as: UTF8.self).contains("abcdefgh"))
            #expect(decode(line.dropLast()) != nil, "masked and still a record")
        }
    }
}
