import ApusModelFiles
public import ArgumentParser
import NotebookFormat

/// `apus convert`: a model file in another format.
public struct ConvertCommand: ParsableCommand {
    public static let configuration = CommandConfiguration(
        commandName: "convert", abstract: "Write a model in another format.",
        discussion: """
            What the file is, is told by its content; what is written, by the ending of the new name:

              .h5, .keras      Keras: the same model with the same outputs; LSTM, GRU, Dense and Dropout
              .safetensors     all layers, as Apus reads them back
              .pth, .pt        a PyTorch state dictionary, for a module whose layers are called like ours: `lstm.weight_ih_l0`
              .onnx            for ONNX Runtime and others to predict with (operator set 17); written only

            A .pth or .safetensors file of others holds arrays alone: give the layers as a file with a %%build body.

            Examples:
              apus convert model.h5 model.onnx
              apus convert checkpoint.pth model.keras --layers layers.txt --input 24,80
            """)

    @Argument(help: "The model to read.") var input: String
    @Argument(help: "The file to write.") var output: String
    @Option(help: "A file with the layers, as in a %%build cell.") var layers: String?
    @Option(name: .customLong("input"), help: "With --layers: the shape of one example, as STEPS,FEATURES.") var shape: String?

    public init() {}

    public func validate() throws {
        guard (layers == nil) == (shape == nil) else { throw ValidationError("--layers and --input go together.") }
        guard ModelFile.Format(path: output) != nil else {
            let endings = ModelFile.Format.allCases.map { "." + $0.rawValue }.joined(separator: ", ")
            throw ValidationError("'\(output)' does not end like a model file; use one of \(endings).")
        }
        guard shape.map(Self.dimensions) != [] else { throw ValidationError("--input takes numbers, such as 30,13.") }
    }

    public func run() throws {
        var description: ModelLayers?
        if let layers, let shape {
            description = ModelLayers(body: String(decoding: try Files.read(layers), as: UTF8.self), inputShape: Self.dimensions(shape))
        }
        let model = try ModelFile.read(input, layers: description)
        try ModelFile.write(model, to: output)
        TerminalProgress.note("\(model.parameterCount) parameters in \(model.nodes.count) layers written to \(output)")
    }

    /// Empty when the text is not a list of positive numbers.
    private static func dimensions(_ text: String) -> [Int] {
        let numbers = text.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) ?? 0 }
        return numbers.allSatisfy { $0 > 0 } ? numbers : []
    }
}
