/// The rules for paths inside a repository; what breaks them could leave the folder it is written to.
public enum RepositoryPath {
    /// The longest path and the longest component in bytes (Linux `PATH_MAX` leaves room for the cache folder before it).
    private static let maximumLength = 2048
    private static let maximumComponentLength = 255

    /// Refuses absolute and empty paths, `.`, `..`, empty and `.git` components, and control characters.
    public static func validate(_ path: String) throws(HubError) {
        func refuse(_ reason: String) -> HubError {
            HubError(
                .invalidPath, "\(path.debugDescription) is not a path in a repository: \(reason)",
                nextStep: "Use a relative path such as 'v2_model/BTCUSDT/15m/sequences.npy'")
        }
        guard !path.isEmpty else { throw refuse("it is empty") }
        guard path.utf8.count <= maximumLength else { throw refuse("it is longer than \(maximumLength) bytes") }
        guard !path.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) else { throw refuse("it contains a control character") }
        guard !path.hasPrefix("/") else { throw refuse("it is absolute") }
        for component in path.split(separator: "/", omittingEmptySubsequences: false) {
            switch component {
            case "": throw refuse("it has an empty component")
            case ".", "..": throw refuse("it contains '\(component)'")
            case ".git": throw refuse("'.git' is reserved")
            default: break
            }
            guard component.utf8.count <= maximumComponentLength else {
                throw refuse("a component is longer than \(maximumComponentLength) bytes")
            }
        }
    }

    /// Whether `path` lies in the folder `prefix` (which may end with `/`) or is it; an empty prefix holds everything.
    static func isPath(_ path: String, under prefix: String) -> Bool {
        let folder = prefix.hasSuffix("/") ? String(prefix.dropLast()) : prefix
        return folder.isEmpty || path == folder || path.hasPrefix(folder + "/")
    }

    /// The folders above a path, outermost first: `a/b/c` has `a` and `a/b`.
    static func parents(of path: String) -> [String] {
        path.indices.filter { path[$0] == "/" }.map { String(path[..<$0]) }
    }
}
