import ApusJSON
import ApusTraining
import Testing

/// Reference: Tests/References/training_forecasts.py (NumPy, SciPy, scikit-learn).
@Suite struct ForecastMetricsTests {
    @Test func `direction and correlations are those of NumPy and SciPy, undefined ones nil`() throws {
        for fixture in try Fixture.json("forecasts.json").list() {
            let name = try fixture.get("name").text()
            let (truth, predictions) = (try fixture.get("truth").floats(), try fixture.get("predictions").floats())
            #expect(try abs(directionalAccuracy(truth: truth, predictions: predictions) - fixture.get("direction").number()) < 1e-12, "\(name)")
            let correlations = [
                ("pearson", try pearsonCorrelation(truth: truth, predictions: predictions)),
                ("spearman", try spearmanCorrelation(truth: truth, predictions: predictions)),
            ]
            for (key, value) in correlations {
                if let reference = try fixture.get(key).double {
                    #expect(abs(try #require(value) - reference) < 1e-9, "\(name): \(key)")
                } else {
                    #expect(value == nil, "\(name): \(key)")
                }
            }
        }
    }

    @Test func `baselines answer zero, the training mean and the last known target`() throws {
        for fixture in try Fixture.json("forecasts.json").list() {
            let name = try fixture.get("name").text()
            let (truth, preceding) = (try fixture.get("truth").floats(), try fixture.get("preceding").floats())
            let baselines = [
                (try RegressionMetrics.zeroBaseline(evaluation: truth), try fixture.get("zero")),
                (try RegressionMetrics.meanBaseline(training: preceding, evaluation: truth), try fixture.get("mean")),
                (try RegressionMetrics.lastValueBaseline(preceding: preceding, evaluation: truth), try fixture.get("last").get("1")),
                (try RegressionMetrics.lastValueBaseline(preceding: preceding, evaluation: truth, horizon: 4), try fixture.get("last").get("4")),
            ]
            for (index, (metrics, reference)) in baselines.enumerated() {
                #expect(try relativeError([metrics.meanSquaredError], [reference.get("mse").number()]) < 1e-9, "\(name), baseline \(index)")
                #expect(try relativeError([metrics.meanAbsoluteError], [reference.get("mae").number()]) < 1e-9, "\(name), baseline \(index)")
                #expect((metrics.r2 == nil) == reference["r2"]!.isNull, "\(name), baseline \(index)")
                if let r2 = metrics.r2, truth.contains(where: { $0 != truth[0] }) {
                    #expect(try relativeError([r2], [reference.get("r2").number()], floor: 1) < 1e-9, "\(name), baseline \(index)")
                }
            }
        }
    }

    @Test func `zero is a direction of its own`() throws {
        #expect(try directionalAccuracy(truth: [0, 0, 1, -1], predictions: [0, 1, 0, -0.0]) == 0.25)
    }

    @Test func `NaN, wrong lengths, empty sets and horizons without targets are refused`() {
        func message(_ body: () throws -> Void) -> String {
            do { try body() } catch { return "\(error)" }
            return "no error"
        }
        #expect(message { _ = try directionalAccuracy(truth: [1, 2], predictions: [1, .nan]) }.contains("prediction at row 1 is nan"))
        #expect(message { _ = try pearsonCorrelation(truth: [1, .infinity], predictions: [1, 2]) }.contains("target at row 1 is inf"))
        #expect(message { _ = try spearmanCorrelation(truth: [1], predictions: [1, 2]) }.contains("1 true values but 2"))
        #expect(message { _ = try directionalAccuracy(truth: [], predictions: []) }.contains("no rows"))
        #expect(message { _ = try RegressionMetrics.lastValueBaseline(preceding: [1, 2], evaluation: [1], horizon: 4) }.contains("there are 2"))
        #expect(message { _ = try RegressionMetrics.lastValueBaseline(preceding: [1], evaluation: [1], horizon: 0) }.contains("not 0"))
        #expect(message { _ = try RegressionMetrics.zeroBaseline(evaluation: []) }.contains("no rows"))
    }
}
