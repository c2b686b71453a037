extension CommitRequest {
    /// What every hub would refuse, found before anything is read or sent.
    func validate() throws(HubError) {
        guard summary.contains(where: { !$0.isWhitespace }), !summary.contains(where: \.isNewline) else {
            throw HubError(.invalidCommit, "a commit needs a summary of one line", nextStep: "Say in a few words what changes")
        }
        guard !operations.isEmpty else { throw HubError(.invalidCommit, "the commit has no changes", nextStep: "Name the files to upload") }
        var seen: Set<String> = []
        var added: Set<String> = []
        for operation in operations {
            try RepositoryPath.validate(operation.path)
            guard seen.insert(operation.path).inserted else {
                throw HubError(.invalidCommit, "the commit changes '\(operation.path)' twice", nextStep: "Keep one of the changes")
            }
            if case .add(let path, _) = operation { added.insert(path) }
        }
        for path in added {
            if let file = RepositoryPath.parents(of: path).first(where: added.contains) {
                throw HubError(
                    .invalidCommit, "the commit adds both the file '\(file)' and '\(path)' below it", nextStep: "Choose another path for one of them")
            }
        }
    }
}
