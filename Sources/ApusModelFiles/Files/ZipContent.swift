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

    /// The content of the archive at `path`, of which the directory and the headers alone are read.
    public static func detect(_ path: String) throws(ModelFileError) -> ZipContent {
        try namingFile(path) { () throws(ModelFileError) in
            try FileBytes.withMapped(path) { (bytes) throws(ModelFileError) in
                do throws(ZipError) { return ZipContent(try ZipArchive(bytes)) } catch {
                    throw ModelFileError(.damaged, error.message, hint: "Copy or download it again.")
                }
            }
        }
    }
}
