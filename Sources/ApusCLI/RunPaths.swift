import ApusSystem
import Glibc
import NotebookFormat

/// Where a run reads and writes. All paths are absolute, because cells run in the notebook's folder.
struct RunPaths {
    let notebook: String
    let output: String
    /// What the user is told: as given, or derived from what was given.
    let outputName: String
    let junit: String?
    let workingFolder: String

    /// - Throws: `CommandFailure` when the output would overwrite the notebook, or a folder is missing.
    init(notebook: String, output: String?, inPlace: Bool, junit: String?, workingFolder: String?) throws {
        outputName = inPlace ? notebook : output ?? Self.executedName(notebook)
        self.notebook = try Self.absolute(notebook)
        self.output = try Self.absolute(outputName)
        self.junit = try junit.map(Self.absolute)
        self.workingFolder = try Self.absolute(workingFolder ?? FilePath.folder(of: notebook))
        guard Self.isFileOrNothing(self.output) || self.output == "/dev/null" else {
            throw CommandFailure.usage("\(outputName) is not a file that can hold a notebook")
        }
        if !inPlace, Self.isSameFile(self.notebook, self.output) {
            throw CommandFailure.usage("\(outputName) is the notebook itself: choose another output, or allow it with --inplace")
        }
    }

    /// `name.executed.ipynb` beside the notebook.
    static func executedName(_ notebook: String) -> String {
        (notebook.hasSuffix(".ipynb") ? String(notebook.dropLast(".ipynb".count)) : notebook) + ".executed.ipynb"
    }

    /// Makes the folders for the results.
    func makeFolders() throws {
        try Files.makeFolder(FilePath.folder(of: output))
        if let junit { try Files.makeFolder(FilePath.folder(of: junit)) }
    }

    /// Goes where the notebook lies, as JupyterLab and nbconvert do.
    func enterWorkingFolder() throws {
        guard chdir(workingFolder) == 0 else {
            throw CommandFailure.usage("cannot run in \(workingFolder): \(SystemError.lastReason)")
        }
    }

    private static func absolute(_ path: String) throws -> String {
        guard !path.isEmpty else { throw CommandFailure.usage("a path is empty") }
        guard !path.hasPrefix("/") else { return path }
        guard let current = getcwd(nil, 0) else {
            throw CommandFailure.usage("the current folder does not exist any more: \(SystemError.lastReason)")
        }
        defer { free(current) }
        return "\(String(cString: current))/\(path)"
    }

    private static func isFileOrNothing(_ path: String) -> Bool {
        var status = stat()
        return !path.hasSuffix("/") && (stat(path, &status) != 0 || status.st_mode & S_IFMT == S_IFREG)
    }

    private static func isSameFile(_ left: String, _ right: String) -> Bool {
        var first = stat()
        var second = stat()
        guard stat(left, &first) == 0, stat(right, &second) == 0 else { return left == right }
        return first.st_dev == second.st_dev && first.st_ino == second.st_ino
    }
}
