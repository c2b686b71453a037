import ApusHub
import ApusSession

/// The feature files of one symbol and timeframe, in the cache.
struct DownloadedFeatures {
    /// What each file holds; the names follow the timeframe.
    enum Role: String, CaseIterable {
        case sequences = "X_sequences.npy"
        case classes = "y_class.npy"
        case bars = "y_reg.npy"
        case scaler = "scaler.pkl"
        case points = "zigzag_points.json"
        case statistics = "statistics.json"

        /// Training works without these.
        var isOptional: Bool { self == .points || self == .statistics }

        func fileName(timeframe: String) -> String { "\(timeframe)_\(rawValue)" }
    }

    let repository: RepositoryID
    let commit: String
    let timeframe: String
    /// The folder in the repository.
    let folder: String
    let files: [Role: CachedFile]

    func location(of role: Role) throws(CellFailure) -> String {
        guard let file = files[role] else {
            throw CellFailure("MissingFile", "\(role.fileName(timeframe: timeframe)) was not downloaded", hint: "run %%download again")
        }
        return file.location
    }

    var summary: String {
        "\(files.count) files of \(repository.path)/\(folder) at \(commit.prefix(8)), \(ByteCount.text(files.values.reduce(0) { $0 + $1.size }))"
    }
}

extension WorkspaceKeys {
    static let features = WorkspaceKey<DownloadedFeatures>("features", producedBy: "download") { $0.summary }
}
