import ApusJSON
import ApusPickle
import ApusZip

extension TorchFile {
    private static let maximumFileSize = 8 << 30
    /// Pickles describe the tensors; their elements lie elsewhere.
    private static let maximumPickleSize = 64 << 20

    /// Reads a file of `torch.save`, without running anything that is in it.
    public init(reading path: String) throws(ModelFileError) {
        self = try namingFile(path) { () throws(ModelFileError) in
            try TorchFile(bytes: try FileBytes.read(path, limit: Self.maximumFileSize))
        }
    }

    package init(bytes: [UInt8]) throws(ModelFileError) {
        if ModelFileKind.detect(head: Array(bytes.prefix(64))) == .pickle {
            throw ModelFileError(
                .unsupported, "this is a pickle, perhaps of torch.save before PyTorch 1.6",
                hint: "Load it in PyTorch and save it again with torch.save(model.state_dict(), path).")
        }
        do { self = try Self.read(bytes) } catch let error as ZipError {
            guard error.code == .malformed else { throw ModelFileError(.unsupported, error.message, hint: "Save it again with torch.save.") }
            throw .damagedTorch(error.message)
        } catch let error as PickleError {
            guard error.code == .malformed else {
                throw ModelFileError(.unsupported, error.message, hint: "Then give that file.")
            }
            throw .damagedTorch(error.message)
        } catch let error as ModelFileError {
            throw error
        } catch { throw .damagedTorch("\(error)") }
    }

    private static func read(_ bytes: [UInt8]) throws -> TorchFile {
        let archive = try bytes.withUnsafeBytes { try ZipArchive($0) }
        let pickles = archive.members.filter { $0.name == "data.pkl" || $0.name.hasSuffix("/data.pkl") }
        guard let pickle = pickles.first, pickles.count == 1 else {
            throw ModelFileError(
                .wrongKind, "this zip archive was not written by torch.save: it has \(pickles.count) members data.pkl",
                hint: "Give a .pth or .pt file.")
        }
        let folder = String(pickle.name.dropLast("data.pkl".count))
        func text(_ name: String) throws -> String? {
            guard let member = archive[folder + name] else { return nil }
            return try bytes.withUnsafeBytes {
                String(decoding: try archive.contents(of: member, in: $0, limit: maximumPickleSize), as: UTF8.self)
            }
        }
        if archive[folder + "code/"] != nil || archive.members.contains(where: { $0.name.hasPrefix(folder + "code/") }) {
            throw ModelFileError(
                .unsupported, "this is a TorchScript program, which would have to be run",
                hint: "Save its state: torch.save(model.state_dict(), path).")
        }
        let program = try bytes.withUnsafeBytes { try archive.contents(of: pickle, in: $0, limit: maximumPickleSize) }
        let (root, heap) = try program.withUnsafeBytes { program in
            var machine = PickleMachine(bytes: program, dialect: TorchDialect())
            return (try machine.run(), machine.heap)
        }
        var reader = TorchValueReader(
            heap: heap, bytes: bytes, archive: archive, folder: folder, isBigEndian: try text("byteorder").map { $0.hasPrefix("big") } ?? false)
        var file = TorchFile(root: try reader.value(root, depth: 0), description: try text(descriptionName).flatMap(description))
        file.formatVersion = try text("version").flatMap { Int($0.filter(\.isNumber).prefix(9)) } ?? 0
        return file
    }

    private static func description(_ text: String) throws(ModelFileError) -> ModelLayers? {
        guard let json = try? JSON(parsing: text), let layers = json["layers"]?.string, let shape = json["input_shape"]?.array else {
            throw .damagedTorch("its description of the layers is not valid")
        }
        return ModelLayers(body: layers, inputShape: shape.map { $0.int ?? 0 })
    }
}
