import ApusData
import Testing

@Suite struct MarketSimulatorTests {
    /// FNV-1a over the bit patterns of all columns.
    private func fingerprint(_ candles: CandleSeries) -> UInt64 {
        let columns = [candles.opens, candles.highs, candles.lows, candles.closes, candles.volumes]
        return columns.joined().reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ $1.bitPattern) &* 0x100_0000_01B3 }
    }

    @Test func `candles have the same bits on every machine`() throws {
        let candles = try MarketSimulator(seed: 42, timeframe: Timeframe("15m")).candles(5000)
        #expect(fingerprint(candles) == 13_355_643_247_839_122_286)
    }

    @Test func `a longer series begins with the shorter one, and seed, symbol and timeframe each change it`() throws {
        let quarter = try Timeframe("15m")
        let candles = try MarketSimulator(seed: 1, timeframe: quarter).candles(300)
        #expect(try MarketSimulator(seed: 1, timeframe: quarter).candles(500).prefix(300) == candles)
        let others = [
            MarketSimulator(seed: 2, timeframe: quarter), MarketSimulator(seed: 1, symbol: "ETHUSDT", timeframe: quarter),
            try MarketSimulator(seed: 1, timeframe: Timeframe("1h")),
        ]
        for other in others { #expect(try other.candles(300).closes != candles.closes) }
    }

    @Test(arguments: [0, 1, 2, 3] as [UInt64]) func `every swing type occurs in a sensible share and prices stay in a band`(seed: UInt64) throws {
        let candles = try MarketSimulator(seed: seed, timeframe: Timeframe("15m")).candles(20_000)
        #expect(candles.validate(timeframe: try Timeframe("15m")).isEmpty)
        let points = ZigZag.points(of: candles)
        #expect((300...500).contains(points.count))
        let distribution = ClassDistribution(NextPointLabels(points: points, barCount: candles.count).classes)
        #expect(distribution.shares.allSatisfy { $0 > 0.12 && $0 < 0.4 })
        #expect(candles.lows.min()! > 42_000 / 2.5 && candles.highs.max()! < 42_000 * 2.5)
    }

    @Test func `volatility comes in clusters and volume rises with it`() throws {
        let candles = try MarketSimulator(timeframe: Timeframe("15m")).candles(20_000)
        let sizes = logReturns(candles.closes).map { abs($0) }
        // Five bars apart, so that the noise around the path plays no part.
        #expect(correlation(Array(sizes.dropLast(5)), Array(sizes.dropFirst(5))) > 0.05)
        let ranges = candles.closes.indices.map { (candles.highs[$0] - candles.lows[$0]) / candles.lows[$0] }
        #expect(correlation(ranges, candles.volumes) > 0.1)
    }

    /// A model as plain as nearest centroids, fitted on the oldest 70 %, must beat the majority class on the newest 15 % clearly:
    /// the structure is in the windows, not in the model.
    @Test(arguments: [0, 7] as [UInt64]) func `the next swing can be learned from a window`(seed: UInt64) throws {
        let timeframe = try Timeframe("15m")
        let pipeline = try FeaturePipeline(candles: MarketSimulator(seed: seed, timeframe: timeframe).candles(12_000), timeframe: timeframe)
        let classes = pipeline.sequenceClasses.filter { $0 >= 0 }
        let split = try ChronologicalSplit(rowCount: classes.count)
        let width = 13
        func summary(_ sequence: Int) -> [Float] {
            // Mean of the last 10 bars of each feature.
            (0..<width).map { feature in
                (20..<30).reduce(Float(0)) { $0 + pipeline.rows[(sequence + $1) * width + feature] } / 10
            }
        }
        var centroids = [[Float]](repeating: Array(repeating: 0, count: width), count: 4)
        var counts = [Float](repeating: 0, count: 4)
        for row in split.training {
            counts[Int(classes[row])] += 1
            for (feature, value) in summary(row).enumerated() { centroids[Int(classes[row])][feature] += value }
        }
        for index in 0..<4 { centroids[index] = centroids[index].map { $0 / counts[index] } }
        let hits = split.test.count { row in
            let values = summary(row)
            let distances = centroids.map { zip($0, values).reduce(Float(0)) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) } }
            return distances.indices.min { distances[$0] < distances[$1] } == Int(classes[row])
        }
        let accuracy = Double(hits) / Double(split.test.count)
        let majority = ClassDistribution(classes[split.test]).majority.share
        #expect(accuracy > majority + 0.1, "accuracy \(accuracy), majority \(majority)")
    }

    @Test func `a length out of range is refused and a stop is heeded`() throws {
        let simulator = MarketSimulator(timeframe: try Timeframe("1h"))
        #expect(throws: DataError.self) { try simulator.candles(0) }
        #expect(throws: DataError.self) { try simulator.candles(10_000_001) }
        #expect(throws: CancellationError.self) { try simulator.candles(100_000, shouldStop: { true }) }
    }

    private func correlation(_ a: [Double], _ b: [Double]) -> Double {
        let (meanA, meanB) = (a.reduce(0, +) / Double(a.count), b.reduce(0, +) / Double(b.count))
        var (ab, aa, bb) = (0.0, 0.0, 0.0)
        for (x, y) in zip(a, b) {
            ab += (x - meanA) * (y - meanB)
            aa += (x - meanA) * (x - meanA)
            bb += (y - meanB) * (y - meanB)
        }
        return ab / (aa * bb).squareRoot()
    }
}
