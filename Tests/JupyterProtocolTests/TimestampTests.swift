import JupyterProtocol
import Testing

@Suite struct TimestampTests {
    /// Microseconds from Python: `int(datetime.fromisoformat(text).timestamp() * 1e6)`.
    @Test(arguments: [
        (0, "1970-01-01T00:00:00.000000Z"), (1_795_230_030_123_456, "2026-11-21T03:00:30.123456Z"),
        (951_782_400_000_001, "2000-02-29T00:00:00.000001Z"), (4_107_542_399_999_999, "2100-02-28T23:59:59.999999Z"),
        (-1, "1969-12-31T23:59:59.999999Z"),
    ])
    func `dates are written and read back`(microseconds: Int64, text: String) {
        #expect(Timestamp.text(microseconds) == text)
        #expect(Timestamp.range(of: text) == microseconds...microseconds)
    }

    @Test func `a date with fewer digits means all instants that it may stand for`() {
        #expect(Timestamp.range(of: "1970-01-01T00:00:01.250Z") == 1_250_000...1_250_999)
        #expect(Timestamp.range(of: "1970-01-01T00:00:01") == 1_000_000...1_999_999)
        #expect(Timestamp.range(of: "1970-01-01T02:00:00.000000+02:00") == 0...0)
        #expect(Timestamp.range(of: "1969-12-31T19:30:00.0000001-0430") == 0...0)
    }

    @Test(arguments: ["", "yesterday", "2026-13-01T00:00:00Z", "2026-11-21T03:00:30.1Zx", "2026-11-21", "20261121T030030"])
    func `what is no date is no date`(text: String) {
        #expect(Timestamp.range(of: text) == nil)
    }
}
