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

/// A folder in a repository, without the slashes at its ends, joined with a file's name.
func repositoryPath(_ folder: String, _ name: String) -> String {
    let parts = folder.split(separator: "/") + [Substring(name)]
    return parts.joined(separator: "/")
}
