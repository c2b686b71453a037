import ApusSystem
import Glibc

/// Finds paths that a run would write twice, or read and write.
struct PathClashes {
    /// A file, whatever it is called.
    private enum Identity: Hashable {
        case file(device: dev_t, number: ino_t)
        /// One that is not there yet, with the links in its folder's path followed.
        case path([UInt8])
    }

    private var sources: [Identity: String] = [:]
    /// The notebook whose result goes to each output.
    private var outputs: [Identity: String] = [:]
    private var reports: [Identity: String] = [:]

    mutating func addSource(_ path: String, name: String) throws {
        if let other = sources.updateValue(name, forKey: identity(path)) {
            throw CommandFailure.usage(other == name ? "\(name) is given twice" : "\(other) and \(name) are the same notebook")
        }
    }

    mutating func addOutput(_ path: String, name: String, of notebook: String) throws {
        guard isFileOrNothing(path) else { return }
        let identity = identity(path)
        switch sources[identity] {
        case nil: break
        case notebook?: throw CommandFailure.usage("\(name) is the notebook itself: choose another output, or allow it with --inplace")
        case let other?:
            throw CommandFailure.usage("\(notebook) would be written over \(other), which shall run, too: choose a folder with --output")
        }
        if let other = outputs.updateValue(notebook, forKey: identity) {
            throw CommandFailure.usage("\(other) and \(notebook) would both be written to \(name): run them apart, or rename one")
        }
    }

    mutating func addReport(_ path: String, name: String) throws {
        guard isFileOrNothing(path) else { return }
        let identity = identity(path)
        if let notebook = sources[identity] ?? outputs[identity] {
            throw CommandFailure.usage("the report \(name) would be written over the notebook of \(notebook): choose another file")
        }
        if reports.updateValue(name, forKey: identity) != nil {
            throw CommandFailure.usage("two reports would be written to \(name): choose another file for one of them")
        }
    }

    /// What is no file, such as `/dev/null`, can be written any number of times.
    private func isFileOrNothing(_ path: String) -> Bool {
        switch FileSystem.kind(of: path) {
        case .other: false
        default: true
        }
    }

    private func identity(_ path: String) -> Identity {
        var status = stat()
        if stat(path, &status) == 0 { return .file(device: status.st_dev, number: status.st_ino) }
        return .path(Array(canonical(path).utf8))
    }

    private func canonical(_ path: String) -> String {
        if let real = realpath(path, nil) {
            defer { free(real) }
            return String(cString: real)
        }
        let folder = FilePath.folder(of: path)
        return folder == path || folder == "." ? path : "\(canonical(folder))/\(FilePath.name(of: path))"
    }
}
