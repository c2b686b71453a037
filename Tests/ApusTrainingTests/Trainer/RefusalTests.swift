import ApusTensor
import ApusTraining
import Testing

/// What can be known to be wrong before the first batch is said before the first batch, with the place.
@Suite struct RefusalTests {
    private func message(
        _ training: @autoclosure () throws -> Examples, validation: Examples? = nil, _ change: (inout TrainingOptions) -> Void = { _ in }
    ) -> String {
        var options = TrainingOptions(epochs: 1, batchSize: 8, callbacks: [])
        change(&options)
        do {
            _ = try TrainingLoop(
                engine: LinearEngine(features: 6, classes: 3), inputShape: [6], identity: RunIdentity(), training: training(), validation: validation,
                options: options
            ).run(observer: nil, shouldStop: { false })
            return "accepted"
        } catch { return "\(error)" }
    }

    private func examples(_ rows: Int = 20) throws -> Examples { try linearExamples(rows: rows, seed: 1) }

    private func replacing(_ name: String?, _ tensor: Tensor) throws -> Examples {
        let good = try examples()
        guard let name else { return try Examples(inputs: tensor, targets: good.targets) }
        return try Examples(inputs: good.inputs, targets: good.targets.merging([name: tensor]) { $1 })
    }

    @Test func `good examples are accepted`() throws {
        #expect(message(try examples(), validation: try examples(1)) == "accepted")
        #expect(message(try replacing("bars", Tensor(zeros: [20]))) == "accepted")
    }

    @Test func `too few rows and empty sets`() throws {
        #expect(message(try examples(7)).contains("7 training rows are fewer than one batch of 8"))
        #expect(message(try examples()[3..<3]).contains("The training set is empty"))
        #expect(message(try examples(), validation: try examples()[0..<0]).contains("The validation set is empty"))
    }

    @Test func `shapes that do not fit`() throws {
        #expect(message(try replacing(nil, Tensor(zeros: [20, 5]))).contains("rows of shape [5]; the model was built for [6]"))
        #expect(message(try replacing("bars", Tensor(zeros: [20, 2]))).contains("head 'bars' has shape [20, 2]; the head answers 1 numbers a row"))
        #expect(message(try replacing("bars", Tensor(zeros: [19, 1]))).contains("20 rows, but the target 'bars' has shape [19, 1]"))
        let good = try examples()
        #expect(message(try Examples(inputs: good.inputs, targets: ["up": good.inputs])).contains("no target for head 'direction'; it has up"))
    }

    @Test func `values nothing can be learned from, with row and feature`() throws {
        var inputs = try examples().inputs
        inputs.withUnsafeMutableBufferPointer { $0[3 * 6 + 4] = .nan }
        #expect(message(try replacing(nil, inputs)).contains("training input at row 3, feature 4 is nan (1 of 120 values"))
        var sequence = Tensor(zeros: [20, 3, 2])
        sequence.withUnsafeMutableBufferPointer { $0[2 * 6 + 1 * 2 + 1] = .infinity }
        let targets = try examples().targets
        let loop = #expect(throws: TrainingError.self) {
            try TrainingLoop(
                engine: LinearEngine(features: 6, classes: 3), inputShape: [3, 2], identity: RunIdentity(),
                training: Examples(inputs: sequence, targets: targets), validation: nil,
                options: TrainingOptions(batchSize: 8, callbacks: []))
        }
        #expect(loop?.description.contains("row 2, step 1, feature 1 is inf") == true)
        var bars = Tensor(zeros: [20, 1])
        bars.withUnsafeMutableBufferPointer { $0[5] = -.infinity }
        #expect(message(try replacing("bars", bars)).contains("target of head 'bars' at row 5, column 0 is -inf"))
        #expect(message(try replacing("direction", Tensor(zeros: [20, 3]))).contains("head 'direction' at row 0 is [0.0, 0.0, 0.0]"))
    }

    @Test func `class numbers out of range`() {
        let error = #expect(throws: TrainingError.self) { try oneHot([0, 1, -1], classes: 3) }
        #expect(error?.description == "The class at row 2 is -1; with 3 classes it must be in 0..<3. Rows without a label must be dropped first.")
        #expect(throws: TrainingError.self) { try oneHot([3], classes: 3) }
    }

    @Test func `options out of range or in contradiction`() throws {
        #expect(message(try examples()) { $0.epochs = 0 }.contains("number of epochs is 0"))
        #expect(message(try examples()) { $0.batchSize = 0 }.contains("batch size is 0"))
        #expect(message(try examples()) { $0.threads = 0 }.contains("threads is 0"))
        #expect(message(try examples()) { $0.optimizer = Adam(learningRate: .nan) }.contains("learning rate is nan"))
        #expect(message(try examples()) { $0.classWeights = ["direction": [1, 2]] }.contains("2 class weights for head 'direction'"))
        #expect(message(try examples()) { $0.classWeights = ["direction": [1, 2, -1]] }.contains("weight of class 2"))
        #expect(message(try examples()) { $0.classWeights = ["direction": [0, 0, 0]] }.contains("All class weights"))
        #expect(message(try examples()) { $0.classWeights = ["bars": [1]] }.contains("'bars', which is no classification head. There is: direction"))
        #expect(message(try examples()) { $0.callbacks = [EarlyStopping()] }.contains("because there is no validation set. Logged are: loss, "))
        #expect(message(try examples()) { $0.callbacks = [ReduceLROnPlateau(monitor: "lost")] }.contains("looks at 'lost', which is not logged."))
        #expect(
            message(try examples()) { $0.callbacks = [EarlyStopping(monitor: "loss"), BestWeights(monitor: "loss")] }.contains("only one can decide"))
    }
}
