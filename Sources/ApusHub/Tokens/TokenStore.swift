import Glibc
import ApusSystem

extension HubEnvironment {
    private static let fileMode: mode_t = 0o600
    private static let folderMode: mode_t = 0o700

    /// Stores a token where the Python client finds it: the token file, and `stored_tokens` beside it under a name.
    ///
    /// Files are readable by their owner only (0600), and so is their folder (0700). Other stored tokens are kept.
    /// - Parameter name: the name under which the user made the token.
    /// - Returns: the path of the token file.
    @discardableResult
    public func store(_ token: HubToken, name: String) throws(HubError) -> String {
        let path = try tokenFile
        let folder = FilePath.folder(of: path)
        let isNew = FileSystem.kind(of: folder) == nil
        try HubFiles.makeFolders(folder)
        // A folder that was there and belongs to somebody else, such as /tmp, keeps its permissions.
        guard chmod(folder, Self.folderMode) == 0 || !isNew else { throw HubError(SystemError("restrict the folder", folder)) }
        let listPath = folder + "/stored_tokens"
        var list = StoredTokens(try HubFiles.contents(of: listPath, limit: 1 << 20).map { String(decoding: $0, as: UTF8.self) } ?? "")
        list.set(token, name: name)
        try HubFiles.write(list.text.utf8, to: listPath, mode: Self.fileMode)
        try HubFiles.write(token.withSecret { Array($0.utf8) }, to: path, mode: Self.fileMode)
        return path
    }
}

/// The sections of `stored_tokens`, an INI file as Python's `configparser` writes it.
private struct StoredTokens {
    private var sections: [(name: String, lines: [String])] = []

    init(_ text: String) {
        for line in text.split(whereSeparator: \.isNewline) {
            if line.hasPrefix("["), line.hasSuffix("]") {
                sections.append((String(line.dropFirst().dropLast()), []))
            } else if !sections.isEmpty {
                sections[sections.count - 1].lines.append(String(line))
            }
        }
    }

    mutating func set(_ token: HubToken, name: String) {
        // A name may hold anything; a bracket or line break would end the section's header.
        let safe = String(name.map { $0.isNewline || $0 == "[" || $0 == "]" ? "_" : $0 })
        sections.removeAll { $0.name == safe }
        sections.append((safe, [token.withSecret { "hf_token = \($0)" }]))
        sections.sort { $0.name < $1.name }
    }

    var text: String { sections.map { "[\($0.name)]\n" + $0.lines.map { $0 + "\n" }.joined() + "\n" }.joined() }
}
