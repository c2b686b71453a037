import ApusSession

extension CellContext {
    /// A path as the user wrote it, made absolute: `~` is the home folder, and relative paths begin in the session's working directory.
    func path(_ text: String) -> String {
        if text == "~" || text.hasPrefix("~/"), let home = environment.variables["HOME"] { return home + text.dropFirst() }
        return text.hasPrefix("/") ? text : environment.workingDirectory + "/" + text
    }
}
