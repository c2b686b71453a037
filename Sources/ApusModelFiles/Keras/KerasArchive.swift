import ApusJSON
import ApusSystem
public import ApusNN
import ApusZip
import Glibc

/// The `.keras` format of Keras 3 (`model.save("model.keras")`): a stored zip archive of metadata.json, config.json and model.weights.h5.
///
/// The weights are called by the class of their layer and its number, `layers/lstm_1/cell/vars/0`, not by its name. The layout is that of
/// keras/src/saving/saving_lib.py, as Keras 3.15.1 writes and reads it.
public enum KerasArchive {
    private static let maximumFileSize = 4 << 30
    private static let maximumConfigSize = 64 << 20

    /// Reads a `.keras` file. What Apus does not compute is refused by the layer's and the option's name.
    public static func read(_ path: String) throws(ModelFileError) -> KerasModelFile {
        try namingFile(path) { () throws(ModelFileError) in
            let bytes = try FileBytes.read(path, limit: maximumFileSize)
            let config: JSON
            let weights: HDF5Group
            do {
                let archive = try bytes.withUnsafeBytes { try ZipArchive($0) }
                guard let configMember = archive["config.json"], let weightsMember = archive["model.weights.h5"] else {
                    throw ModelFileError(
                        .wrongKind, "this zip archive is no .keras file: it has no config.json or no model.weights.h5",
                        hint: "Give a model that Keras 3 saved as .keras.")
                }
                config = try JSON(parsing: try bytes.withUnsafeBytes { try archive.contents(of: configMember, in: $0, limit: maximumConfigSize) })
                weights = try readWeights(try bytes.withUnsafeBytes { try archive.contents(of: weightsMember, in: $0, limit: maximumFileSize) })
            } catch let error as ZipError {
                throw ModelFileError(
                    error.code == .malformed ? .damaged : .unsupported, error.message, hint: "Save the model again, or give another file.")
            } catch let error as JSONError {
                throw .damagedModel("config.json is \(error)")
            } catch let error as ModelFileError {
                throw error
            } catch { throw .damagedModel("\(error)") }
            let graph = try KerasGraph(modelConfig: config)
            return try KerasModelFile(
                graph: graph, weights: try self.weights(in: weights, for: graph),
                training: config["compile_config"].flatMap { KerasTraining(json: $0, outputs: graph.outputs) })
        }
    }

    /// Writes the file, replacing one that is there only once the new one is complete.
    public static func write(_ file: KerasModelFile, to path: String) throws(ModelFileError) {
        let bytes = try namingFile(path) { () throws(ModelFileError) in try encoded(file) }
        try FileBytes.replace(path, with: bytes)
    }

    /// Writes `model` to `path`.
    public static func write(_ model: Model, to path: String) throws(ModelFileError) {
        try write(try namingFile(path) { () throws(ModelFileError) in try KerasModelFile(model) }, to: path)
    }

    private static func encoded(_ file: KerasModelFile) throws(ModelFileError) -> [UInt8] {
        guard var config = try file.graph.modelConfig(namingModules: true).object else { preconditionFailure("a model's config is an object") }
        if let training = file.training { config["compile_config"] = training.compileConfig }
        var weights = HDF5Group()
        for (layer, paths) in try weightPaths(file.graph) {
            for (path, array) in zip(paths, file.weights[layer] ?? []) { weights.insert(array, at: path.split(separator: "/").map(String.init)) }
        }
        let image = try HDF5File.encoded(weights)
        let metadata: JSON = ["keras_version": .string(KerasModelFile.kerasVersion), "date_saved": .string(UTCTime.now.text(separator: "@"))]
        var bytes: [UInt8] = []
        var writer = ZipWriter<Never> { bytes.append(contentsOf: $0) }
        writer.add("metadata.json", Array(metadata.text().utf8))
        writer.add("config.json", Array(JSON.object(config).text().utf8))
        writer.add("model.weights.h5", image)
        writer.finish()
        return bytes
    }

    /// The HDF5 library reads files only, and in a process of its own, so the bytes lie in a file as long as it takes.
    private static func readWeights(_ bytes: [UInt8]) throws(ModelFileError) -> HDF5Group {
        let folder: ScratchFolder
        do {
            folder = try ScratchFolder(in: getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp", prefix: "apus-keras")
        } catch {
            throw ModelFileError(.unwritable, "a temporary folder cannot be made: \(error.reason)", hint: "Set TMPDIR to one that may be written.")
        }
        let path = "\(folder.path)/model.weights.h5"
        do {
            try FileBytes.replace(path, with: bytes)
            return try HDF5File.read(path, members: ["layers"])
        } catch {
            var unnamed = error
            if unnamed.path == path { unnamed.path = nil }
            throw unnamed
        }
    }

    private static func weights(in root: HDF5Group, for graph: KerasGraph) throws(ModelFileError) -> [String: [WeightArray]] {
        var weights: [String: [WeightArray]] = [:]
        for (layer, paths) in try weightPaths(graph) {
            for path in paths {
                guard let array = root.dataset(at: path) else { throw .damagedModel("layer '\(layer)' has no float dataset '\(path)'") }
                weights[layer, default: []].append(array)
            }
        }
        return weights
    }

    /// Where the weights of each layer lie, in Keras's order of layers.
    private static func weightPaths(_ graph: KerasGraph) throws(ModelFileError) -> [(layer: String, paths: [String])] {
        var counts: [String: Int] = [:]
        return try graph.weightShapes().map { layer, weights in
            let name = graph[layer]!.className.lowercased()
            let number = counts[name, default: 0]
            counts[name] = number + 1
            let folder = "layers/\(name)\(number == 0 ? "" : "_\(number)")"
            // A recurrent layer keeps its weights in its cell.
            let inner = weights.first?.name.contains("/") == true ? "cell/vars" : "vars"
            return (layer, weights.indices.map { "\(folder)/\(inner)/\($0)" })
        }
    }
}
