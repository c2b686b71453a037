import ApusHub
import ApusSession
import ArgumentParser

/// The kinds of repositories as options write them.
enum RepositoryKind: String, CaseIterable, ExpressibleByArgument {
    case model, dataset, space

    var kind: RepositoryID.Kind {
        switch self {
        case .model: .model
        case .dataset: .dataset
        case .space: .space
        }
    }
}

/// The symbol whose files a folder holds: `v2_model/BTCUSDT/15m` is of `BTCUSDT`.
func symbol(ofFolder folder: String, timeframe: String, in repository: RepositoryID) -> String {
    folder.split(separator: "/").map(String.init).last { $0 != timeframe } ?? repository.name
}

/// A folder in a repository, without the slashes at its ends, joined with a file's name.
func repositoryPath(_ folder: String, _ name: String) -> String {
    let parts = folder.split(separator: "/") + [Substring(name)]
    return parts.joined(separator: "/")
}
