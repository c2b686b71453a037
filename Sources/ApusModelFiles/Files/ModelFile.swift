public import ApusNN

/// Model files of every format: read by their content, written by the ending of their name.
public enum ModelFile {
    /// A format that models are written in.
    public enum Format: String, Sendable, CaseIterable {
        case h5, keras, safetensors, pth, pt, onnx

        /// By the ending of `path`; nil for one that is not known.
        public init?(path: String) {
            guard let dot = path.lastIndex(of: ".") else { return nil }
            self.init(rawValue: path[path.index(after: dot)...].lowercased())
        }
    }

    /// Reads the model at `path`.
    ///
    /// - Parameter layers: how the model is built, for files that hold arrays alone; those that know it themselves must not be given it.
    public static func read(_ path: String, layers: ModelLayers? = nil) throws(ModelFileError) -> Model {
        let kind = try ModelFileKind.detect(path)
        switch kind {
        case .hdf5:
            try refuse(layers, path)
            return try namingFile(path) { () throws(ModelFileError) in try KerasModelFile(reading: path).makeModel() }
        case .safetensors:
            let file = try SafetensorsFile(reading: path)
            return try namingFile(path) { () throws(ModelFileError) in
                if let layers { return try file.makeModel(layers) }
                return try file.makeModel()
            }
        case .zip: return try readArchive(path, layers)
        case .onnx:
            throw ModelFileError(
                .unsupported, "ONNX files are written, not read", hint: "Give the file that it was converted from.", path: path)
        case .pickle: _ = try TorchFile(reading: path)
        case .npy, .json, .unknown: break
        }
        throw ModelFileError(
            .wrongKind, "this is not a model but \(kind.rawValue)", hint: "Give a .h5, .keras, .safetensors, .pth or .pt file.", path: path)
    }

    private static func readArchive(_ path: String, _ layers: ModelLayers?) throws(ModelFileError) -> Model {
        switch try ZipContent.detect(path) {
        case .keras:
            try refuse(layers, path)
            let file = try KerasArchive.read(path)
            return try namingFile(path) { () throws(ModelFileError) in try file.makeModel() }
        case .pyTorch:
            let file = try TorchFile(reading: path)
            return try namingFile(path) { () throws(ModelFileError) in
                if let layers { return try file.makeModel(layers) }
                return try file.makeModel()
            }
        case .numPy, .other:
            throw ModelFileError(
                .wrongKind, "this zip archive is not a model", hint: "Give a .h5, .keras, .safetensors, .pth or .pt file.", path: path)
        }
    }

    private static func refuse(_ layers: ModelLayers?, _ path: String) throws(ModelFileError) {
        guard layers != nil else { return }
        throw ModelFileError(.wrongKind, "the file tells its layers itself", hint: "Leave the layers out.", path: path)
    }

    /// Writes `model` to `path` in the format of its ending, replacing a file that is there only once the new one is complete.
    public static func write(_ model: Model, to path: String) throws(ModelFileError) {
        switch Format(path: path) {
        case .h5: try KerasModelFile.write(model, to: path)
        case .keras: try KerasArchive.write(model, to: path)
        case .safetensors: try SafetensorsFile.write(model, to: path)
        case .pth, .pt: try TorchFile.write(model, to: path)
        case .onnx: try ONNXFile.write(model, to: path)
        case nil:
            let endings = Format.allCases.map { "." + $0.rawValue }.joined(separator: ", ")
            throw ModelFileError(.unsupported, "the ending of the name is none of a model file", hint: "Use one of \(endings).", path: path)
        }
    }
}
