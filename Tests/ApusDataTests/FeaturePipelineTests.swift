import ApusData
import ApusJSON
import Glibc
import Testing

@Suite struct FeaturePipelineTests {
    private func simulated(_ bars: Int) throws -> CandleSeries { try MarketSimulator(seed: 9, timeframe: Timeframe("15m")).candles(bars) }

    @Test func `the six files hold what the pipeline computed`() throws {
        let candles = try simulated(1500)
        let pipeline = try FeaturePipeline(candles: candles, timeframe: Timeframe("15m"), options: FeatureOptions(timestamp: "2026-01-01"))
        try withTemporaryFolder { folder in
            var shares: [Double] = []
            let files = try pipeline.write(to: folder, inputFile: "/home/someone/candles.csv", progress: { shares.append($0) })
            #expect(names(in: folder) == FeatureFiles.names(timeframe: "15m").sorted())
            #expect(shares.last == 1 && shares == shares.sorted())

            let sequences = try NumPyArray(path: files.sequences)
            #expect(sequences.shape == [1471, 30, 13] && sequences.elementType == .float32)
            let values = sequences.floats()
            for sequence in [0, 700, 1470] {
                #expect(values[(sequence * 390)..<(sequence + 1) * 390].elementsEqual(pipeline.rows[(sequence * 13)..<(sequence + 30) * 13]))
            }
            let classes = try NumPyArray(path: files.classes)
            #expect(classes.elementType == .int32)
            #expect(try classes.integers() == pipeline.labels.classes[29...].map { Int($0) })
            #expect(try NumPyArray(path: files.bars).integers() == pipeline.labels.bars[29...].map { Int($0) })
            #expect(try StandardScaler(picklePath: files.scaler) == pipeline.scaler)
            let points = try JSON(parsing: readBytes(files.points)).array!
            #expect(points.map { $0["index"]!.int! } == pipeline.points.map(\.index))
            let statistics = try JSON(parsing: readBytes(files.statistics))
            #expect(
                statistics.object!.keys.starts(with: [
                    "metadata", "sequence_config", "data_shapes", "zigzag_analysis", "classification_labels", "regression_labels",
                    "feature_statistics",
                    "output_files",
                ]))
            #expect(statistics["metadata"]!["timestamp"] == "2026-01-01")
            #expect(statistics["metadata"]!["input_file"] == "candles.csv" && statistics["metadata"]!["output_dir"] == ".")
            let first = try readBytes(files.statistics)
            try withTemporaryFolder { other in
                let again = try pipeline.write(to: other, inputFile: "candles.csv")
                #expect(try readBytes(again.statistics) == first, "the same settings give the same bytes in any folder")
            }
        }
    }

    @Test func `scaled training rows have mean 0 and deviation 1, and later rows do not matter`() throws {
        let candles = try simulated(1500)
        let timeframe = try Timeframe("15m")
        let pipeline = try FeaturePipeline(candles: candles, timeframe: timeframe)
        let labelled = pipeline.sequenceClasses.count { $0 >= 0 }
        let trainingRows = Int(Double(labelled) * 0.7) + 29
        #expect(pipeline.scaler.sampleCount == .perFeature((0..<13).map { trainingRows - ($0 == 0 ? 14 : $0 == 9 ? 19 : 0) }))
        var sum = 0.0
        var squares = 0.0
        for row in 0..<trainingRows {
            sum += Double(pipeline.rows[row * 13 + 11])
            squares += Double(pipeline.rows[row * 13 + 11]) * Double(pipeline.rows[row * 13 + 11])
        }
        #expect(abs(sum / Double(trainingRows)) < 1e-6 && abs(squares / Double(trainingRows) - 1) < 1e-6)

        let everything = try FeaturePipeline(candles: candles, timeframe: timeframe, options: FeatureOptions(scalerRows: .all))
        #expect(everything.scaler.sampleCount == .perFeature((0..<13).map { 1500 - ($0 == 0 ? 14 : $0 == 9 ? 19 : 0) }))
        #expect(everything.scaler.mean != pipeline.scaler.mean)
    }

    @Test func `warm-up NaNs become 0 after scaling`() throws {
        let pipeline = try FeaturePipeline(candles: simulated(300), timeframe: Timeframe("15m"))
        #expect(pipeline.rows[0] == 0 && pipeline.rows[13 * 13] == 0 && pipeline.rows[14 * 13] != 0)
        #expect(pipeline.rows.allSatisfy { $0.isFinite })
    }

    @Test func `candles with errors are refused with the findings`() throws {
        var candles = try simulated(300)
        candles.closes[100] = .nan
        candles.lows[7] = -1
        #expect {
            try FeaturePipeline(candles: candles, timeframe: Timeframe("15m"))
        } throws: { "\($0)".contains("first in candle 100") && "\($0)".contains("first in candle 7 ") }
        #expect { try FeaturePipeline(candles: simulated(49), timeframe: Timeframe("15m")) } throws: { "\($0)".contains("at least 50") }
    }

    @Test func `a feature beyond Float32 is refused with its candle`() throws {
        var candles = try simulated(300)
        candles.volumes[290] = 1e300
        #expect { try FeaturePipeline(candles: candles, timeframe: Timeframe("15m")) } throws: {
            "\($0)".contains("'volume_sma_20'") && "\($0)".contains("candle 290")
        }
    }

    @Test func `a stop in the middle leaves the old files`() throws {
        let pipeline = try FeaturePipeline(candles: simulated(9000), timeframe: Timeframe("15m"))
        try withTemporaryFolder { folder in
            try writeBytes([1, 2, 3], to: "\(folder)/15m_y_class.npy")
            var calls = 0
            #expect(throws: CancellationError.self) {
                try pipeline.write(
                    to: folder, inputFile: "x",
                    shouldStop: {
                        calls += 1
                        return calls > 1
                    })
            }
            #expect(names(in: folder) == ["15m_y_class.npy"])
            #expect(try readBytes("\(folder)/15m_y_class.npy") == [1, 2, 3])
        }
        #expect(throws: CancellationError.self) {
            try FeaturePipeline(candles: simulated(300), timeframe: Timeframe("15m"), shouldStop: { true })
        }
    }

    @Test func `a folder that cannot be made is named`() throws {
        let pipeline = try FeaturePipeline(candles: simulated(300), timeframe: Timeframe("15m"))
        #expect { try pipeline.write(to: "/proc/apus", inputFile: "x") } throws: { "\($0)".hasPrefix("/proc/apus: cannot") }
    }

    private static let candleFolder = getenv("APUS_TEST_CANDLES").map { String(cString: $0) }

    /// Real candles are not part of the repository; APUS_TEST_CANDLES names a folder with BTC_USDT-15m.csv (Binance, 2023).
    @Test(.enabled(if: candleFolder != nil, "APUS_TEST_CANDLES is not set: real candles are not tested"))
    func `real BTC candles of 2023 give the known labels`() throws {
        let candles = try CandleSeries(csvPath: "\(Self.candleFolder!)/BTC_USDT-15m.csv")
        let pipeline = try FeaturePipeline(candles: candles, timeframe: Timeframe("15m"))
        #expect(candles.count == 34_994 && pipeline.points.count == 81)
        let shares = ClassDistribution(pipeline.sequenceClasses).shares.map { ($0 * 1000).rounded() / 10 }
        #expect(shares == [40.8, 30.6, 16.8, 11.8])
        let bars = try #require(TargetStatistics(pipeline.sequenceBars.filter { $0 >= 0 }.map { Double($0) }))
        #expect((bars.mean * 10).rounded() / 10 == 404.5 && bars.minimum == 1 && bars.maximum == 1808)
        #expect(pipeline.findings.map(\.kind) == [.gap] && pipeline.findings[0].missingCandles == 5)
    }
}
