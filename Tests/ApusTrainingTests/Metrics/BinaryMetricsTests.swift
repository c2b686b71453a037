import ApusJSON
import ApusTraining
import Testing

/// Reference: Tests/References/training_binary_metrics.py (scikit-learn).
@Suite struct BinaryMetricsTests {
    private struct Case {
        let name: String
        let fixture: JSON
        let rows: BinaryPredictions
    }

    private let cases: [Case]

    init() throws {
        cases = try Fixture.json("binary_metrics.json").list().map {
            Case(
                name: try $0.get("name").text(), fixture: $0,
                rows: try BinaryPredictions(targets: try $0.get("truth").floats(), probabilities: try $0.get("probabilities").floats()))
        }
    }

    /// Both nil, or equal but for rounding.
    private func same(_ value: Double?, _ reference: JSON?) -> Bool {
        guard let expected = reference?.double else { return value == nil }
        return value.map { abs($0 - expected) < 1e-12 } ?? false
    }

    private func expect(_ matrix: BinaryConfusionMatrix, _ reference: JSON, _ name: String) throws {
        let counts = [matrix.truePositives, matrix.falsePositives, matrix.trueNegatives, matrix.falseNegatives]
        #expect(try counts == reference.get("counts").ints(), "\(name)")
        for (key, value) in [
            ("accuracy", matrix.accuracy), ("precision", matrix.precision), ("recall", matrix.recall), ("f1", matrix.f1),
            ("specificity", matrix.specificity),
        ] {
            #expect(same(value, reference[key]), "\(name): \(key) is \(value as Any)")
        }
    }

    @Test func `decisions at a threshold and their ratios are those of scikit-learn, undefined ones nil`() throws {
        for item in cases {
            try expect(item.rows.confusion(), item.fixture.get("half"), item.name)
            try expect(item.rows.confusion(threshold: 0.7), item.fixture.get("high"), item.name)
        }
        let none = BinaryConfusionMatrix()
        #expect(none.accuracy == nil && none.f1 == nil)
    }

    @Test func `log loss, Brier score, areas and average precision are those of scikit-learn, undefined ones nil`() throws {
        for item in cases {
            #expect(try abs(item.rows.logLoss - item.fixture.get("log_loss").number()) < 1e-12, "\(item.name)")
            #expect(try abs(item.rows.brierScore - item.fixture.get("brier").number()) < 1e-12, "\(item.name)")
            #expect(same(item.rows.rocAUC, item.fixture["auc"]), "\(item.name)")
            #expect(same(item.rows.averagePrecision, item.fixture["average_precision"]), "\(item.name)")
        }
    }

    @Test func `the curves have scikit-learn's points`() throws {
        for item in cases {
            if let roc = item.fixture["roc"], !roc.isNull {
                let curve = try #require(item.rows.rocCurve)
                #expect(try relativeError(curve.map(\.falsePositiveRate), roc.list()[0].doubles()) < 1e-12, "\(item.name)")
                #expect(try relativeError(curve.map(\.truePositiveRate), roc.list()[1].doubles()) < 1e-12, "\(item.name)")
            } else {
                #expect(item.rows.rocCurve == nil, "\(item.name)")
            }
            guard let thresholds = item.fixture["thresholds"] else {
                #expect(item.rows.precisionRecallCurve == nil, "\(item.name)")
                continue
            }
            let curve = try #require(item.rows.precisionRecallCurve)
            #expect(try item.rows.curve.map(\.threshold) == thresholds.floats(), "\(item.name)")
            #expect(try relativeError(curve.map(\.precision), item.fixture.get("precisions").doubles()) < 1e-12, "\(item.name)")
            #expect(try relativeError(curve.map(\.recall), item.fixture.get("recalls").doubles()) < 1e-12, "\(item.name)")
        }
    }

    @Test func `the chosen threshold is the best of all, and decides the same when it is used`() throws {
        for item in cases {
            let f1 = DecisionThreshold.maximizingF1(on: item.rows)
            let precision = try DecisionThreshold.maximizingPrecision(on: item.rows, leastRecall: 0.4)
            for (threshold, key) in [(f1, "best_f1"), (precision, "best_precision")] {
                guard let reference = item.fixture[key] else {
                    #expect(threshold == nil, "\(item.name)")
                    continue
                }
                let threshold = try #require(threshold)
                try expect(threshold.confusion, reference, "\(item.name): \(key)")
                #expect(item.rows.confusion(threshold: threshold.value) == threshold.confusion, "\(item.name): \(key)")
            }
        }
    }

    @Test func `a threshold lies between neighbours, also when no number does`() throws {
        let apart = try BinaryPredictions(truth: [true, false], probabilities: [0.75, 0.25])
        #expect(DecisionThreshold.maximizingF1(on: apart)?.value == 0.5)
        let close = try BinaryPredictions(truth: [true, false], probabilities: [Float(0.5).nextUp, 0.5])
        let threshold = try #require(DecisionThreshold.maximizingF1(on: close))
        #expect(close.confusion(threshold: threshold.value) == BinaryConfusionMatrix(truePositives: 1, trueNegatives: 1))
        let zero = try BinaryPredictions(truth: [true], probabilities: [0])
        #expect(zero.confusion(threshold: try #require(DecisionThreshold.maximizingF1(on: zero)).value).truePositives == 1)
    }

    @Test func `calibration has scikit-learn's bins, and the empty ones`() throws {
        for item in cases where item.rows.positives > 0 && item.rows.negatives > 0 {
            let table = try CalibrationTable(item.rows)
            #expect(table.bins.count == 10 && table.bins.map(\.rows).reduce(0, +) == item.rows.count)
            let reference = try item.fixture.get("calibration").list()
            #expect(try relativeError(table.bins.compactMap(\.meanProbability), reference[0].doubles()) < 1e-12, "\(item.name)")
            #expect(try relativeError(table.bins.compactMap(\.positiveRate), reference[1].doubles()) < 1e-12, "\(item.name)")
        }
        let rows = try BinaryPredictions(truth: [true, false, false, true], probabilities: [0, 0.25, 1, 1])
        let table = try CalibrationTable(rows, bins: 2)
        #expect(table.bins.map(\.rows) == [2, 2] && table.bins[0].meanProbability == 0.125 && table.bins[1].positiveRate == 0.5)
        #expect(table.expectedError == (2 * 0.375 + 2 * 0.5) / 4)
        #expect(try CalibrationTable(rows, bins: 1000).bins.count { $0.positiveRate == nil } == 997)
    }

    @Test func `baselines are the majority and the base rate of the training rows`() throws {
        let evaluation = [true, false, false, true, false]
        let baselines = try BinaryBaselines(training: [false, false, true, false], evaluation: evaluation)
        #expect(baselines.trainingBaseRate == 0.25 && !baselines.majorityLabel && baselines.averagePrecision == 0.4)
        #expect(baselines.majority == BinaryConfusionMatrix(trueNegatives: 3, falseNegatives: 2))
        #expect(baselines.alwaysPositive.precision == 0.4 && baselines.alwaysPositive.recall == 1)
        let constant = try BinaryPredictions(truth: evaluation, probabilities: [Float](repeating: 0.25, count: 5))
        #expect(abs(baselines.baseRateLogLoss - constant.logLoss) < 1e-12 && abs(baselines.baseRateBrierScore - constant.brierScore) < 1e-12)
        #expect(try BinaryBaselines(training: [true], evaluation: evaluation).majority == baselines.alwaysPositive)
        #expect(try BinaryBaselines(training: [true], evaluation: evaluation).baseRateLogLoss.isFinite)
    }

    @Test func `NaN, scores that are no probabilities, other targets, wrong lengths and empty sets are refused with the row`() {
        func message(_ body: () throws -> Void) -> String {
            do { try body() } catch { return "\(error)" }
            return "no error"
        }
        #expect(message { _ = try BinaryPredictions(truth: [true, false], probabilities: [0.5, .nan]) }.contains("row 1 is nan"))
        #expect(message { _ = try BinaryPredictions(truth: [true, false], probabilities: [-0.1, 0]) }.contains("row 0 is -0.1"))
        #expect(message { _ = try BinaryPredictions(targets: [1, 0.5], probabilities: [0, 0]) }.contains("row 1 is 0.5; it must be 0 or 1"))
        #expect(message { _ = try BinaryPredictions(targets: [.nan], probabilities: [0]) }.contains("row 0 is nan"))
        #expect(message { _ = try BinaryPredictions(truth: [true], probabilities: [0, 1]) }.contains("1 true values but 2"))
        #expect(message { _ = try BinaryPredictions(truth: [], probabilities: []) }.contains("no rows"))
        #expect(message { _ = try BinaryBaselines(training: [], evaluation: [true]) }.contains("no rows"))
        let rows = try? BinaryPredictions(truth: [true], probabilities: [0])
        #expect(message { _ = try DecisionThreshold.maximizingPrecision(on: rows!, leastRecall: 1.5) }.contains("1.5"))
        #expect(message { _ = try CalibrationTable(rows!, bins: 0) }.contains("not 0"))
    }
}
