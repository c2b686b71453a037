import ApusTraining
import Testing

/// Reference: Tests/References/training_schedules.py (PyTorch).
@Suite struct LearningRateScheduleTests {
    static let decays: [(String, LearningRateSchedule.Decay)] = [
        ("constant", .constant), ("step", .step(factor: 0.5, every: 7)), ("exponential", .exponential(factor: 0.93, every: 1)),
        ("cosine", .cosine(steps: 50, floor: 0.03)),
    ]

    @Test(arguments: decays) func `the rates are those of PyTorch, with and without a warm-up`(name: String, decay: LearningRateSchedule.Decay) throws
    {
        let fixture = try Fixture.json("schedules.json")
        let reference = try fixture.get("schedules").get(name)
        let base = try fixture.get("base").number()
        let warmup = LearningRateSchedule.Warmup(
            steps: try #require(fixture.get("warmup").int), start: try fixture.get("start").number())
        for (key, schedule) in [("plain", LearningRateSchedule(decay)), ("warmed", LearningRateSchedule(decay, warmup: warmup))] {
            let expected = try reference.get(key).doubles()
            // Beyond its last step PyTorch's cosine rises again, ours stays.
            let steps = name == "cosine" && key == "plain" ? 51 : expected.count
            let rates = (0..<steps).map { base * schedule.factor(step: UInt64($0)) }
            #expect(relativeError(rates, Array(expected[..<steps])) < 1e-12, "\(name), \(key)")
        }
    }

    @Test func `a cosine stays at its floor`() {
        let schedule = LearningRateSchedule(.cosine(steps: 10, floor: 0.2), warmup: .init(steps: 5, start: 0.5))
        #expect([0, 5, 15, 16, 1 << 40].map { schedule.factor(step: $0) } == [0.5, 1, 0.2, 0.2, 0.2])
    }

    @Test func `an exponential decay over many steps has its factor at their end`() {
        let schedule = LearningRateSchedule(.exponential(factor: 0.25, every: 100))
        #expect(abs(schedule.factor(step: 50) - 0.5) < 1e-15)
        #expect(schedule.factor(step: 200) == 0.0625)
    }
}
