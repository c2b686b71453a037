import ApusSystem
import Foundation
import Testing

@Suite struct UTCTimeTests {
    @Test(arguments: [
        (0, "1970-01-01T00:00:00.000000Z"), (951_782_400_000_007, "2000-02-29T00:00:00.000007Z"), (-1, "1969-12-31T23:59:59.999999Z"),
        (4_107_542_400_000_000, "2100-03-01T00:00:00.000000Z"), (-62_135_596_800_000_000, "0001-01-01T00:00:00.000000Z"),
    ])
    func `moments are written with microseconds`(microseconds: Int64, text: String) {
        #expect(UTCTime(microseconds: microseconds).isoWithMicroseconds == text)
    }

    @Test func `a fraction is cut, not rounded`() {
        let time = UTCTime(milliseconds: 1_672_532_100_999)
        #expect(time.iso == "2023-01-01T00:15:00Z")
        #expect(time.text(separator: " ", fractionDigits: 3) == "2023-01-01 00:15:00.999")
    }

    @Test(arguments: [Int64.min, .max])
    func `no count of time is too large`(count: Int64) {
        #expect(!UTCTime(milliseconds: count).iso.isEmpty && !UTCTime(microseconds: count).iso.isEmpty)
    }

    @Test func `now is now`() {
        #expect(abs(Double(UTCTime.now.seconds) - Date.now.timeIntervalSince1970) < 60)
    }

    @Test func `every day of eight centuries follows the one before`() {
        var expected = (year: 1600, month: 1, day: 1)
        let first = UTCTime.days(year: 1600, month: 1, day: 1)
        for day in first..<first + 2 * 146_097 {
            let date = UTCTime.date(ofDay: day)
            guard date == expected, UTCTime.days(year: date.year, month: date.month, day: date.day) == day else {
                Issue.record("day \(day) is \(date) and should be \(expected)")
                return
            }
            expected.day += 1
            if expected.day > UTCTime.days(inMonth: expected.month, of: expected.year) { expected = (expected.year, expected.month + 1, 1) }
            if expected.month > 12 { expected = (expected.year + 1, 1, 1) }
        }
        #expect(expected == (2400, 1, 1))
    }
}
