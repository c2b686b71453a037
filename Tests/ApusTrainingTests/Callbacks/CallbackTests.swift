import ApusJSON
import ApusTraining
import Testing

/// Reference: Tests/References/training_callbacks.py (the real Keras callbacks).
@Suite struct CallbackTests {
    /// Runs as the trainer does; `interruptedAt` saves and restores the state there.
    private func run(
        _ make: () -> any TrainingCallback, _ values: [Double], interruptedAt: Int? = nil
    ) -> (stopped: Int?, rates: [Float], kept: Int?) {
        var callback = make()
        var rate: Float = 1e-3
        var rates: [Float] = []
        var kept: Int?
        for (epoch, value) in values.enumerated() {
            if epoch == interruptedAt {
                let state = callback.state
                callback = make()
                callback.restore(state)
            }
            var stopped = false
            for action in callback.epochEnded(epoch, value: value, learningRate: rate) {
                switch action {
                case .keepWeights: kept = epoch
                case .setLearningRate(let new): rate = new
                case .stop: stopped = true
                }
            }
            rates.append(rate)
            if stopped { return (epoch, rates, kept) }
        }
        return (nil, rates, kept)
    }

    @Test(arguments: [nil, 1, 6]) func `early stopping decides as Keras does`(interruptedAt: Int?) throws {
        let fixture = try Fixture.json("callbacks.json")
        let cases = try fixture.get("early_stopping").list()
        #expect(cases.count == 168)
        for reference in cases {
            let values = try fixture.get("sequences").get(reference.get("sequence").text()).doubles()
            let patience = try #require(reference.get("patience").int)
            let delta = try reference.get("min_delta").number()
            let start = try #require(reference.get("start_from_epoch").int)
            let restore = try reference.get("restore").bool == true
            let make = { EarlyStopping(patience: patience, minDelta: delta, restoreBestWeights: restore, startFromEpoch: start) }
            let result = run(make, values, interruptedAt: interruptedAt)
            #expect(try result.stopped == reference.get("stopped").int, "\(reference)")
            let last = result.stopped ?? values.count - 1
            #expect(try result.kept ?? last == reference.get("weights_of").int, "\(reference)")
        }
    }

    @Test(arguments: [nil, 1, 6]) func `the learning rate falls as in Keras`(interruptedAt: Int?) throws {
        let fixture = try Fixture.json("callbacks.json")
        let cases = try fixture.get("reduce_on_plateau").list()
        #expect(cases.count == 224)
        for reference in cases {
            let values = try fixture.get("sequences").get(reference.get("sequence").text()).doubles()
            let patience = try #require(reference.get("patience").int)
            let cooldown = try #require(reference.get("cooldown").int)
            let factor = try reference.get("factor").number()
            let delta = try reference.get("min_delta").number()
            let minimum = try reference.get("min_lr").number()
            let make = {
                ReduceLROnPlateau(factor: factor, patience: patience, minDelta: delta, cooldown: cooldown, minLearningRate: minimum)
            }
            let rates = run(make, values, interruptedAt: interruptedAt).rates
            var expected: [Float] = []
            for change in try reference.get("changes").list() {
                let pair = try change.floats()
                while expected.count < Int(pair[0]) { expected.append(expected[expected.count - 1]) }
                expected.append(pair[1])
            }
            while expected.count < rates.count { expected.append(expected[expected.count - 1]) }
            #expect(rates == expected, "\(reference)")
        }
    }

    @Test func `best weights are kept at each strict improvement`() {
        var best = BestWeights(monitor: "val_direction_accuracy")
        let kept = [0.3, 0.3, 0.5, 0.4].enumerated().map { !best.epochEnded($0, value: $1, learningRate: 1).isEmpty }
        #expect(kept == [true, false, true, false])
        #expect(best.mode == .max && MonitorMode(for: "val_bars_loss") == .min)
    }
}
