import ApusCUDA
import ApusNN
import ApusTensor
import ApusTraining
import CUDATestSupport
import TestSupport

/// A small problem for models that are trained side by side: the number is a sum over the window.
struct SideBySideRuns {
    var training: Examples
    let validation: Examples
    var options: TrainingOptions

    /// - Parameters:
    ///   - settings: of the mock GPU; nil trains on the CPU.
    init(_ device: TrainingDevice, settings: String? = "", epochs: Int = 3) throws {
        training = try Self.examples(rows: 43, seed: 1)
        validation = try Self.examples(rows: 20, seed: 2)
        options = TrainingOptions(
            epochs: epochs, batchSize: 8, optimizer: Adam(learningRate: 0.01), callbacks: [EarlyStopping(patience: 2)], seed: 5, threads: 2,
            device: device)
        if let settings {
            let fake = try FakeCUDA(settings)
            options.gpu = { () throws(CUDAError) in try fake.device() }
        }
    }

    static func examples(rows: Int, seed: UInt64) throws -> Examples {
        var numbers = SeededGenerator(seed: seed)
        let x = (0..<rows * 12).map { _ in Float(numbers.next() >> 40) * 0x1p-23 - 1 }
        let y = (0..<rows).map { row in x[row * 12..<(row + 1) * 12].reduce(0, +) * 0.3 }
        return try Examples(inputs: Tensor(shape: [rows, 4, 3], x), targets: ["y": Tensor(shape: [rows, 1], y)])
    }

    static func model(_ seed: UInt64) throws -> Model {
        try Model(inputShape: [4, 3], seed: seed) {
            LSTM(5)
            Dropout(0.2)
            Head("y", loss: .meanSquaredError) { Dense(1) }
        }
    }

    func replicas(_ count: Int, observer: (any ReplicasObserver)? = nil, stop: @escaping @Sendable () -> Bool = { false }) throws -> ReplicasResult {
        try Replicas(count: count, options: options).run(training: training, validation: validation, observer: observer, shouldStop: stop) {
            try Self.model(UInt64(10 + $0))
        }
    }
}

extension Model {
    var flat: [Float] { Array(parameterBuffer.values) }
}
