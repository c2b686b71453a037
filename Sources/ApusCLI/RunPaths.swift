import ApusSystem
import Glibc
import NotebookFormat

/// Where a run reads and writes. All paths are absolute, because cells may run in other folders.
struct RunPaths {
    struct Notebook {
        /// As the user gave it.
        let name: String
        let source: String
        let output: String
        /// What the user is told of the output: as given, or derived from what was given.
        let outputName: String
        /// Where the cells run.
        let workingFolder: String
    }

    let notebooks: [Notebook]
    let junit: String?
    let html: String?

    /// - Parameters:
    ///   - output: A file for one notebook, a folder for several; nil for files beside the notebooks.
    ///   - workingFolder: Where all cells run; nil for the folder of each notebook, as JupyterLab and nbconvert have it.
    /// - Throws: `CommandFailure` when something would be overwritten that shall not be, or cannot be written.
    init(notebooks names: [String], output: String?, inPlace: Bool, junit: String?, html: String?, workingFolder: String?) throws {
        let folder = try output.flatMap { try Self.outputFolder($0, count: names.count) }
        notebooks = try names.map { name in
            let outputName =
                inPlace ? name : folder.map { "\($0)/\(FilePath.name(of: name))" } ?? output ?? Self.executedName(name)
            return Notebook(
                name: name, source: try Self.absolute(name), output: try Self.absolute(outputName), outputName: outputName,
                workingFolder: try Self.absolute(workingFolder ?? FilePath.folder(of: name)))
        }
        self.junit = try junit.map(Self.absolute)
        self.html = try html.map(Self.absolute)
        for notebook in notebooks { try Self.checkFolder(notebook.workingFolder) }
        var clashes = PathClashes()
        for notebook in notebooks { try clashes.addSource(notebook.source, name: notebook.name) }
        for notebook in notebooks where !inPlace {
            try Self.checkFile(notebook.output, name: notebook.outputName, holds: "a notebook")
            try clashes.addOutput(notebook.output, name: notebook.outputName, of: notebook.name)
        }
        for (path, name) in [(self.junit, junit), (self.html, html)] {
            guard let path, let name else { continue }
            try Self.checkFile(path, name: name, holds: "a report")
            try clashes.addReport(path, name: name)
        }
    }

    /// Makes the folders for the results, and finds out whether they can be written: where nothing can be, no cell runs.
    func prepare() throws(FileError) {
        for path in notebooks.map(\.output) + [junit, html].compactMap({ $0 }) {
            try Files.makeFolder(FilePath.folder(of: path))
            try Files.checkReplaceable(path)
        }
    }

    /// `name.executed.ipynb` beside the notebook.
    private static func executedName(_ notebook: String) -> String {
        (notebook.hasSuffix(".ipynb") ? String(notebook.dropLast(".ipynb".count)) : notebook) + ".executed.ipynb"
    }

    /// The folder that `output` names, without a slash at its end; nil when it names a file.
    private static func outputFolder(_ output: String, count: Int) throws -> String? {
        let kind = FileSystem.kind(of: output)
        if count > 1, output.hasSuffix(".ipynb") && kind != .folder || kind != nil && kind != .folder {
            throw CommandFailure.usage("\(output) is one file for \(count) notebooks: name a folder with --output")
        }
        guard count > 1 || kind == .folder || output.hasSuffix("/") else { return nil }
        let trimmed = output.reversed().drop { $0 == "/" }.reversed()
        return String(trimmed)
    }

    private static func checkFile(_ path: String, name: String, holds content: String) throws {
        switch FileSystem.kind(of: path) {
        case _ where path.hasSuffix("/"), .folder: throw CommandFailure.usage("\(name) is a folder, not a file that can hold \(content)")
        case .file, .symbolicLink, .other, nil: break
        }
    }

    private static func checkFolder(_ path: String) throws {
        var code: Int32?
        if FileSystem.kind(of: path) == .folder {
            if access(path, X_OK) != 0 { code = errno }
        } else {
            code = FileSystem.kind(of: path) == nil ? ENOENT : ENOTDIR
        }
        if let code { throw CommandFailure.usage("cannot run in \(path): \(SystemError.reason(code))") }
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
}
