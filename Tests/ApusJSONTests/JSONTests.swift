import ApusJSON
import Testing

@Suite struct JSONTests {
    @Test(arguments: [
        "null", "true", "-1", "0.1", "1e-05", "9007199254740993", "\"\"", "[]", "{}", "[1,[2,{\"a\":null}]]", "\"\\u0001\\n\\\"\\\\é😀\"",
        "\"\\b\\f\\r\\t\\u001f\u{7F}/\"",
    ])
    func `a text that is read is written back the same`(text: String) throws {
        #expect(try JSON(parsing: text).text() == text)
    }

    @Test func `keys keep their order and the last of repeated names counts`() throws {
        let value = try JSON(parsing: #"{"b":1,"a":2,"b":3}"#)
        #expect(value.text() == #"{"b":3,"a":2}"#)
    }

    @Test func `large objects find their members`() throws {
        let object = JSONObject((0..<100).map { ("k\($0)", JSON.int($0)) })
        #expect(object["k77"] == 77)
        var changed = object
        changed["k3"] = nil
        #expect(changed.count == 99 && changed["k4"] == 4 && changed["k3"] == nil)
    }

    @Test func `surrogate pairs join and lone surrogates become the replacement character`() throws {
        #expect(try JSON(parsing: #""\ud83d\ude00""#) == "😀")
        #expect(try JSON(parsing: #""\ud83dx""#) == "\u{FFFD}x")
        #expect(try JSON(parsing: #""\ud83d\u0041""#) == "\u{FFFD}A")
    }

    @Test(arguments: ["", "[1,]", "{\"a\"}", "01", "1.", "tru", "\"\n\"", "\"a", "[1] 2", "{a:1}", "-", "\"\\x\"", "\"\\u12\""])
    func `text that is not JSON is refused`(text: String) {
        #expect(throws: JSONError.self) { try JSON(parsing: text) }
    }

    @Test func `bytes that are not UTF-8 are refused`() {
        for bytes: [UInt8] in [[0xFF], [0xC3], Array("\\n".utf8) + [0x80], Array("plain \\\" ".utf8) + [0xF0, 0x9F, 0x90]] {
            #expect(throws: JSONError.self, "\(bytes)") { try JSON(parsing: [UInt8(ascii: "\"")] + bytes + [UInt8(ascii: "\"")]) }
        }
    }

    @Test func `strings are read whole, with and without escapes, in ASCII and beyond`() throws {
        for (written, text) in [("", ""), ("ab", "ab"), ("é🐦", "é🐦"), ("a\\nb\\\"", "a\nb\""), ("é\\t🐦c", "é\t🐦c"), ("\\u00e9é", "éé")] {
            #expect(try JSON(parsing: "\"\(written)\"") == .string(text))
        }
    }

    @Test func `nesting of a hundred thousand levels is refused without a crash`() {
        #expect(throws: JSONError.self) { try JSON(parsing: String(repeating: "[", count: 100_000)) }
    }

    @Test func `numbers look as in Python`() {
        #expect(JSON.double(1.2e16).text() == "1.2e+16")
        #expect(JSON.double(1e22).text() == "1e+22")
        #expect(JSON.double(30).text() == "30.0")
        #expect(JSON.double(.nan).text() == "null")
    }

    @Test func `indented text is laid out as json dumps does`() {
        let value: JSON = ["a": [1, [:]], "b": [:], "c": []]
        #expect(value.text(.indented(1)) == "{\n \"a\": [\n  1,\n  {}\n ],\n \"b\": {},\n \"c\": []\n}")
    }
}
