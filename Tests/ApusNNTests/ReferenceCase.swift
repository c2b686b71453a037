import ApusData
import ApusNN
import ApusTensor
import Foundation

/// One folder of Fixtures, made by Tests/References/engine_fixtures.py or engine_transformer.py.
struct ReferenceCase {
    static let names = [
        "lstm-last", "lstm-one-step-one-row", "lstm-17-rows-33-units", "lstm-stacked", "dense-on-sequence", "dense-activations", "dense-one-row",
        "two-heads", "gru-last", "gru-one-step-one-row", "gru-17-rows-33-units", "gru-stacked", "layer-norm", "pooling", "pooling-of-a-layer",
        "attention", "attention-33-steps", "attention-one-step-one-row", "encoder", "binary-cross-entropy", "gelu", "encoder-gelu",
    ]

    let folder: String
    let body: String
    let model: Model
    /// The frameworks that computed this case.
    let frameworks: [String]
    let inputs: Tensor
    let targets: [Tensor]
    let weights: [[Float]?]

    init(_ name: String) throws {
        folder = Bundle.module.bundlePath + "/Fixtures/" + name
        body = try String(contentsOfFile: folder + "/body.txt", encoding: .utf8)
        let folder = folder
        frameworks = ["keras", "torch"].filter { FileManager.default.fileExists(atPath: "\(folder)/\($0)") }
        let x = try Self.read(folder + "/x.npy")
        model = try Model(ModelDescription(parsing: body), inputShape: Array(x.shape.dropFirst()), seed: 1)
        inputs = x
        for parameter in model.parameters {
            let values = try Self.read("\(folder)/p.\(parameter.name.replacing("/", with: ".")).npy")
            guard values.shape == parameter.shape else { throw FixtureError(name: parameter.name, shape: values.shape) }
            parameter.value = values
        }
        targets = try model.heads.map { try Self.read("\(folder)/t.\($0.name).npy") }
        weights = try model.heads.map { head in
            let path = "\(folder)/w.\(head.name).npy"
            return FileManager.default.fileExists(atPath: path) ? try Self.read(path).scalars : nil
        }
    }

    struct FixtureError: Error {
        let name: String
        let shape: [Int]
    }

    var rows: Int { inputs.shape[0] }

    func output(_ head: String, by framework: String) throws -> Tensor { try Self.read("\(folder)/\(framework)/y.\(head).npy") }
    func losses(by framework: String) throws -> [Double] { try NumPyArray(path: "\(folder)/\(framework)/losses.npy").doubles() }
    func gradient(_ parameter: Parameter, by framework: String) throws -> Tensor {
        try Self.read("\(folder)/\(framework)/g.\(parameter.name.replacing("/", with: ".")).npy")
    }

    func run(_ step: TrainingStep, training: Bool) throws -> StepLosses {
        try step.run(inputs: inputs, targets: targets, sampleWeights: weights, rows: Array(0..<rows)[...], step: 1, training: training)
    }

    static func read(_ path: String) throws -> Tensor {
        let array = try NumPyArray(path: path)
        return Tensor(shape: array.shape, array.floats())
    }
}

/// Largest difference relative to the largest reference value, so that one bound serves a whole tensor.
func relativeError(_ values: some Collection<Float>, _ reference: Tensor) -> Double {
    var (difference, size) = (0.0, 1e-3)
    for (a, b) in zip(values, reference.scalars) {
        difference = max(difference, abs(Double(a) - Double(b)))
        size = max(size, abs(Double(b)))
    }
    return values.count == reference.count && difference.isFinite ? difference / size : .infinity
}
