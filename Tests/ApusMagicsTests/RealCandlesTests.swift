import Glibc
import Testing

@Suite struct RealCandlesTests {
    private static let folder = getenv("APUS_TEST_CANDLES").map { String(cString: $0) }

    @Test(.enabled(if: folder != nil, "APUS_TEST_CANDLES names no folder with BTC_USDT-15m.csv"))
    func `features of a year of real candles have the known labelling statistics`() async throws {
        let folder = try #require(Self.folder)
        let record = try await TestNotebook().run("%%features --candles \(folder)/BTC_USDT-15m.csv --timeframe 15m --out features")
        #expect(record.error == nil)
        for figure in ["81", "40.8 %", "30.6 %", "16.8 %", "11.8 %", "mean 404.5, range 1..1808"] {
            #expect(record.text.contains(figure), "no '\(figure)' in\n\(record.text)")
        }
        #expect(record.text.contains("gap"), "the missing candles are reported")
    }
}
