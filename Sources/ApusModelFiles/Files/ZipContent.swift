import ApusZip

/// What a zip archive is, told by the names of its members.
public enum ZipContent: Sendable, CaseIterable {
    case keras
    case pyTorch
    case numPy
    case other

    init(_ archive: ZipArchive) {
        if archive["config.json"] != nil, archive["model.weights.h5"] != nil {
            self = .keras
        } else if archive.members.contains(where: { $0.name == "data.pkl" || $0.name.hasSuffix("/data.pkl") }) {
            self = .pyTorch
        } else if !archive.members.isEmpty, archive.members.allSatisfy({ $0.name.hasSuffix(".npy") }) {
            self = .numPy
        } else {
            self = .other
        }
    }

    /// The content of the archive at `path`, of which the directory alone is looked at.
    public static func detect(_ path: String) throws(ModelFileError) -> ZipContent {
        try namingFile(path) { () throws(ModelFileError) in
            let bytes = try FileBytes.read(path, limit: 8 << 30)
            do { return ZipContent(try bytes.withUnsafeBytes { try ZipArchive($0) }) } catch let error as ZipError {
                throw ModelFileError(.damaged, error.message, hint: "Copy or download it again.")
            } catch { preconditionFailure("no other error is thrown here") }
        }
    }
}
