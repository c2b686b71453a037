import ApusData
import Testing

@Suite struct ZigZagTests {
    @Test func `the first swings are HH and LL and later ones compare with their own side`() {
        var zigZag = ZigZag(threshold: 5)
        let prices: [Double] = [100, 110, 100, 112, 104, 111, 99]
        let points = prices.compactMap { zigZag.push(high: $0, low: $0) }
        #expect(points.map(\.index) == [1, 2, 3, 4, 5])
        #expect(points.map(\.type) == [.higherHigh, .lowerLow, .higherHigh, .higherLow, .lowerHigh])
    }

    @Test func `a reversal of exactly the threshold confirms a point`() {
        var zigZag = ZigZag(threshold: 5)
        #expect([100.0, 200, 190].compactMap { zigZag.push(high: $0, low: $0) } == [ZigZagPoint(index: 1, type: .higherHigh, price: 200)])
    }

    @Test func `labels name the next point strictly after a bar and end with -1`() {
        let points = [ZigZagPoint(index: 1, type: .higherHigh, price: 2), ZigZagPoint(index: 4, type: .lowerLow, price: 1)]
        let labels = NextPointLabels(points: points, barCount: 6)
        #expect(labels.classes == [0, 1, 1, 1, -1, -1])
        #expect(labels.bars == [1, 3, 2, 1, -1, -1])
    }
}
