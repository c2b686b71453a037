public import ApusJSON

extension Notebook {
    /// The file's text, byte for byte as Python's `nbformat.write` gives it: members sorted, one space a level, texts as line lists.
    public func fileText() -> String {
        json.sorted.text(.indented(1)) + "\n"
    }

    /// The notebook as the file holds it, with texts split into lines.
    public var json: JSON {
        var members = other
        var metadata = metadata
        for key in ["orig_nbformat", "orig_nbformat_minor", "signature"] { metadata[key] = nil }
        members["cells"] = .array(cells.map(\.json))
        members["metadata"] = .object(metadata)
        members["nbformat"] = 4
        members["nbformat_minor"] = .int(minorVersion)
        return .object(members)
    }
}

extension Notebook.Cell {
    fileprivate var json: JSON {
        var members = other
        var metadata = metadata
        metadata["trusted"] = nil
        members["cell_type"] = .string(kind.rawValue)
        members["id"] = id.map(JSON.string)
        members["metadata"] = .object(metadata)
        members["source"] = JSON.string(source).splitLines
        if let attachments {
            let split = MIMEBundles.mapping(attachments) { _, file in file.object.map { .object(MIMEBundles.split($0)) } ?? file }
            members["attachments"] = .object(split)
        }
        if kind == .code {
            members["execution_count"] = executionCount.map(JSON.int) ?? .null
            members["outputs"] = .array(outputs.map(\.json))
        }
        return .object(members)
    }
}

extension Notebook.Output {
    fileprivate var json: JSON {
        var members = members
        switch kind {
        case .stream: members["text"] = members["text"]?.splitLines
        case .displayData, .executeResult:
            if case .object(let data)? = members["data"] { members["data"] = .object(MIMEBundles.split(data)) }
        case .error, .other: break
        }
        return .object(members)
    }
}

extension JSON {
    /// The same value with the members of every object in the order of their names' code points, Python's `sort_keys`.
    fileprivate var sorted: JSON {
        switch self {
        case .array(let elements): .array(elements.map(\.sorted))
        case .object(let object):
            .object(
                JSONObject(
                    object.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }.lazy.map { ($0.key, $0.value.sorted) }))
        default: self
        }
    }
}
