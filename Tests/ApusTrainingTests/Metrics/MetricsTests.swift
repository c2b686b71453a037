import ApusJSON
import ApusTraining
import Testing

/// Reference: Tests/References/training_metrics.py (scikit-learn).
@Suite struct MetricsTests {
    @Test func `classification metrics are those of scikit-learn, also with ties and absent classes`() throws {
        for fixture in try Fixture.json("metrics.json").get("classification").list() {
            let name = try fixture.get("name").text()
            let classes = try #require(fixture.get("classes").int)
            let truth = try fixture.get("truth").ints()
            let scores = try fixture.get("scores").floats()
            let predictions = predictedClasses(scores: scores, classes: classes)
            #expect(try predictions == fixture.get("predictions").ints(), "\(name)")

            let matrix = try ConfusionMatrix(truth: truth, predictions: predictions, classes: classes)
            #expect(try matrix.counts == fixture.get("confusion").list().map { try $0.ints() }, "\(name)")
            #expect(try matrix.support == fixture.get("support").ints(), "\(name)")
            #expect(try abs(matrix.accuracy - fixture.get("accuracy").number()) < 1e-12, "\(name)")
            let metrics = [matrix.precision, matrix.recall, matrix.f1]
            for (metric, key) in zip(metrics, ["precision", "recall", "f1"]) {
                #expect(try relativeError(metric, fixture.get(key).doubles()) < 1e-12, "\(name): \(key)")
            }
            let averages = try fixture.get("averages")
            #expect(try relativeError(metrics.map(matrix.macro), averages.get("macro").doubles()) < 1e-12, "\(name)")
            #expect(try relativeError(metrics.map(matrix.weighted), averages.get("weighted").doubles()) < 1e-12, "\(name)")

            let auc = try ROCAUC(truth: truth, scores: scores, classes: classes)
            for (value, reference) in zip(auc.perClass, try fixture.get("auc").list()) {
                #expect((value == nil) == reference.isNull, "\(name)")
                if let value { #expect(try abs(value - reference.number()) < 1e-12, "\(name)") }
            }
            if let macro = fixture["auc_macro"] {
                // scikit-learn wants rows that sum to one in Float64, which may reorder neighbours: hence not 1e-12.
                #expect(try abs(#require(auc.macro) - macro.number()) < 1e-4, "\(name)")
            }
            #expect(try abs(logLoss(truth: truth, probabilities: scores, classes: classes) - fixture.get("log_loss").number()) < 1e-9, "\(name)")
        }
    }

    @Test func `an absent class makes the macro AUC undefined and says which`() throws {
        let auc = try ROCAUC(truth: [0, 0, 1], scores: [0.9, 0.1, 0, 0.6, 0.4, 0, 0.2, 0.8, 0], classes: 3)
        #expect(auc.perClass == [1, 1, nil])
        #expect(auc.undefinedClasses == [2])
        #expect(auc.macro == nil)
        #expect(auc.macroOfDefined == 1)
    }

    @Test func `regression metrics are those of scikit-learn, on the log1p scale and in original units`() throws {
        for fixture in try Fixture.json("metrics.json").get("regression").list() {
            let name = try fixture.get("name").text()
            let truth = try fixture.get("truth").floats()
            let predictions = try fixture.get("predictions").floats()
            let both = [
                ("raw", try RegressionMetrics(truth: truth, predictions: predictions)),
                ("original", try RegressionMetrics.inOriginalUnits(log1pTruth: truth, log1pPredictions: predictions)),
            ]
            for (key, metrics) in both {
                let reference = try fixture.get(key)
                let values = [metrics.meanSquaredError, metrics.meanAbsoluteError, metrics.rootMeanSquaredError]
                let expected = try ["mse", "mae", "rmse"].map { try reference.get($0).number() }
                #expect(relativeError(values, expected) < 1e-12, "\(name) \(key)")
                if let r2 = try reference.get("r2").double {
                    #expect(try abs(#require(metrics.r2) - r2) < 1e-10, "\(name) \(key)")
                } else {
                    #expect(metrics.r2 == nil, "\(name) \(key)")
                }
            }
        }
    }

    @Test func `baselines answer with the majority class and the mean of the training set`() throws {
        let majority = try MajorityBaseline(training: [2, 1, 1, 2, 0], evaluation: [1, 1, 0, 2], classes: 3)
        #expect(majority == (try MajorityBaseline(training: [1], evaluation: [1, 1, 0, 2], classes: 3)))
        #expect(majority.label == 1 && majority.accuracy == 0.5)
        let mean = try RegressionMetrics.meanBaseline(training: [1, 3], evaluation: [2, 4])
        #expect(mean.meanSquaredError == 2 && mean.meanAbsoluteError == 1)
        #expect(try #require(mean.r2) == -1)
    }

    @Test func `NaN, wrong lengths, empty sets and class numbers out of range are refused with the row`() {
        func message(_ body: () throws -> Void) -> String {
            do { try body() } catch { return "\(error)" }
            return "no error"
        }
        #expect(message { _ = try RegressionMetrics(truth: [1, 2], predictions: [1, .nan]) }.contains("row 1 is nan"))
        #expect(message { _ = try ROCAUC(truth: [0, 1], scores: [0, 1, .infinity, 0], classes: 2) }.contains("row 1, column 0 is inf"))
        #expect(message { _ = try ConfusionMatrix(truth: [0, 4], predictions: [0, 1], classes: 4) }.contains("row 1 is 4"))
        #expect(message { _ = try ConfusionMatrix(truth: [0, -1], predictions: [0, 1], classes: 4) }.contains("row 1 is -1"))
        #expect(message { _ = try ConfusionMatrix(truth: [0], predictions: [0, 1], classes: 4) }.contains("1 true values but 2"))
        #expect(message { _ = try ConfusionMatrix(truth: [], predictions: [], classes: 4) }.contains("no rows"))
        #expect(message { _ = try logLoss(truth: [0], probabilities: [1.5, 0], classes: 2) }.contains("1.5"))
        #expect(message { _ = try logLoss(truth: [0, 0], probabilities: [1, 0], classes: 2) }.contains("need 4 scores, not 2"))
    }
}
