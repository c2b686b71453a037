import ApusModelFiles
import ApusNN
import ArgumentParser

/// The formats that `%%upload` writes a model in.
enum ModelFormat: String, CaseIterable {
    case keras, pytorch, safetensors, onnx

    var fileName: String {
        switch self {
        case .keras: "model.h5"
        case .pytorch: "best_model.pth"
        case .safetensors: "model.safetensors"
        case .onnx: "model.onnx"
        }
    }

    /// Who reads it, for the receipt and the help.
    var reader: String {
        switch self {
        case .keras: "Keras"
        case .pytorch: "PyTorch"
        case .safetensors: "Apus and safetensors"
        case .onnx: "ONNX Runtime"
        }
    }
}

/// `auto`, or names of formats separated by commas.
enum ModelFormatsOption: ExpressibleByArgument, Equatable {
    /// What Keras has layers for is written for Keras, everything else for PyTorch and as safetensors.
    case automatic
    case given([ModelFormat])

    init?(argument: String) {
        if argument == "auto" {
            self = .automatic
            return
        }
        let names = argument.split(separator: ",", omittingEmptySubsequences: false).map { $0.filter { !$0.isWhitespace } }
        let formats = names.compactMap { ModelFormat(rawValue: $0) }
        guard formats.count == names.count, Set(formats).count == formats.count else { return nil }
        self = .given(formats)
    }

    var defaultValueDescription: String { "auto" }

    func formats(for model: Model) -> [ModelFormat] {
        switch self {
        case .given(let formats): formats
        case .automatic: (try? KerasModelFile(model)) != nil ? [.keras] : [.pytorch, .safetensors]
        }
    }
}

extension ScalerFormat: ExpressibleByArgument {}
