import ApusNN
import ApusTensor
import ApusTraining
import TestSupport
import Testing

/// Windows that overlap in memory against copies of them.
@Suite struct WindowTrainingTests {
    private let rows: Tensor
    private let overlapping: Examples
    private let copied: Examples

    init() throws {
        var numbers = SeededGenerator(seed: 5)
        rows = Tensor(shape: [90, 5], (0..<450).map { _ in numbers.signed() })
        let windows = Tensor(windowsOf: rows, steps: 12)
        let targets = ["return": Tensor(shape: [79, 1], (0..<79).map { _ in numbers.signed() })]
        overlapping = try Examples(inputs: windows, targets: targets)
        copied = try Examples(inputs: Tensor(shape: windows.shape, windows.scalars), targets: targets)
    }

    private func model() throws -> Model {
        try Model(inputShape: [12, 5], seed: 2) {
            LSTM(9)
            Head("return", loss: .meanSquaredError) { Dense(1) }
        }
    }

    private func fit(_ examples: Examples, _ options: TrainingOptions) throws -> (Model, TrainingResult) {
        let model = try model()
        return (model, try Trainer(model: model, options: options).fit(examples[0..<60], validation: examples[60..<79]))
    }

    @Test func `losses, weights and predictions have the same bits`() throws {
        let options = TrainingOptions(epochs: 3, batchSize: 16, threads: 2)
        let (a, resultOfA) = try fit(overlapping, options)
        let (b, resultOfB) = try fit(copied, options)
        #expect(resultOfA.history.numbers == resultOfB.history.numbers)
        #expect(a.weights() == b.weights())
        #expect(try a.predict(overlapping.inputs, threads: 2) == b.predict(copied.inputs))
    }

    @Test func `a run with copies goes on with windows`() throws {
        #expect(overlapping.fingerprint == copied.fingerprint)
        #expect(overlapping[1..<79].fingerprint == copied[1..<79].fingerprint)
        #expect(overlapping[1..<79].fingerprint != overlapping[0..<78].fingerprint)
    }

    @Test func `a value that is not finite is named with its window, step and feature`() throws {
        var rows = rows
        rows.withUnsafeMutableBufferPointer { $0[14 * 5 + 2] = .infinity }
        let examples = try Examples(inputs: Tensor(windowsOf: rows, steps: 12), targets: overlapping.targets)
        // Row 14 is step 11 of window 3, and a step of the eleven windows after it.
        let expected = "The training input at row 3, step 11, feature 2 is inf (12 of 3600 values are not finite). Drop or fill such rows first."
        let error = #expect(throws: TrainingError.self) { try fit(examples, TrainingOptions(epochs: 1, batchSize: 16)) }
        #expect(error?.description == expected)
    }

    @Test func `training and predicting reads windows where they lie`() throws {
        // A view of 1 GB: copying it once would show.
        let long = Tensor(zeros: [270_000, 8])
        let windows = Tensor(windowsOf: long, steps: 120)
        let examples = try Examples(inputs: windows, targets: ["return": Tensor(zeros: [windows.shape[0], 1])])
        let model = try Model(inputShape: [120, 8], seed: 1) {
            GlobalAveragePooling()
            Head("return", loss: .meanSquaredError) { Dense(1) }
        }
        let before = try peakMemory()
        // The checks before the first batch see all rows, the two steps some of them.
        var steps = 0
        func isEnough() -> Bool {
            steps += 1
            return steps > 2
        }
        _ = try Trainer(model: model, options: TrainingOptions(batchSize: 4096)).fit(examples, validation: examples, shouldStop: isEnough)
        _ = try model.predict(windows.rows(0..<200_000))
        _ = examples[0..<100_000].fingerprint
        #expect(try peakMemory() - before < 200 << 20)
    }
}
