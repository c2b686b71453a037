public import ApusJSON

extension Notebook {
    /// Reads a notebook file of format 4.
    ///
    /// - Throws: `NotebookError` naming the member that is wrong. Members that the format requires but that carry no
    ///   information when empty (metadata, outputs, execution_count) may be missing.
    public init(parsing bytes: some Sequence<UInt8>) throws(NotebookError) {
        let json: JSON
        do {
            json = try JSON(parsing: bytes)
        } catch {
            throw NotebookError(.notJSON, "not a notebook: \(error); the file may be cut off or not be an .ipynb file")
        }
        try self.init(json: json)
    }

    /// Reads a notebook from its JSON value.
    public init(json: JSON) throws(NotebookError) {
        guard case .object(var members) = json else {
            throw NotebookError(.notANotebook, "not a notebook: the file holds \(json.kindName), not an object")
        }
        self.init(minorVersion: try Notebook.takeVersion(from: &members))
        metadata = try members.takeObject("metadata", at: "metadata")
        // Transient members, which no file should hold.
        for key in ["orig_nbformat", "orig_nbformat_minor", "signature"] { metadata[key] = nil }
        guard let list = members.take("cells") else { throw NotebookError(.invalid, at: "cells", "the notebook has no cells") }
        guard case .array(let values) = list else {
            throw NotebookError(.invalid, at: "cells", "expected a list of cells, found \(list.kindName)")
        }
        cells.reserveCapacity(values.count)
        for (index, value) in values.enumerated() { cells.append(try Cell(json: value, at: "cells[\(index)]")) }
        other = members
    }

    private static func takeVersion(from members: inout JSONObject) throws(NotebookError) -> Int {
        guard let major = members.take("nbformat") else {
            throw NotebookError(.notANotebook, "not a notebook: it has no 'nbformat' member")
        }
        guard let version = major.int else {
            throw NotebookError(.invalid, at: "nbformat", "expected a number, found \(major.kindName)")
        }
        guard version >= 4 else {
            throw NotebookError(
                .unsupportedVersion,
                "this is a notebook of format \(version), and only format 4 is read: convert it with 'jupyter nbconvert --to notebook --nbformat 4'")
        }
        guard version == 4 else {
            throw NotebookError(.unsupportedVersion, "this is a notebook of format \(version), which is newer than format 4, the one read here")
        }
        let minor = members.take("nbformat_minor") ?? 0
        guard let minorVersion = minor.int, minorVersion >= 0 else {
            throw NotebookError(.invalid, at: "nbformat_minor", "expected a number from 0 up, found \(minor.shortText)")
        }
        return minorVersion
    }
}

extension Notebook.Cell {
    fileprivate init(json: JSON, at location: String) throws(NotebookError) {
        guard case .object(var members) = json else {
            throw NotebookError(.invalid, at: location, "expected a cell, found \(json.kindName)")
        }
        let type = members.take("cell_type")
        guard let name = type?.string, let kind = Kind(rawValue: name) else {
            throw NotebookError(
                .invalid, at: "\(location).cell_type", "expected 'code', 'markdown' or 'raw', found \(type?.shortText ?? "nothing")")
        }
        guard let source = members.take("source") else { throw NotebookError(.invalid, at: "\(location).source", "the cell has no source") }
        self.init(kind, source: try source.text(at: "\(location).source"))
        metadata = try members.takeObject("metadata", at: "\(location).metadata")
        metadata["trusted"] = nil
        if let value = members.take("id") {
            guard let text = value.string else {
                throw NotebookError(.invalid, at: "\(location).id", "expected a string, found \(value.kindName)")
            }
            id = text
        }
        if let value = members.take("attachments") { attachments = try Self.attachments(value, at: "\(location).attachments") }
        if kind == .code { try takeResults(from: &members, at: location) }
        other = members
    }

    private mutating func takeResults(from members: inout JSONObject, at location: String) throws(NotebookError) {
        if let count = members.take("execution_count"), !count.isNull {
            guard let number = count.int else {
                throw NotebookError(.invalid, at: "\(location).execution_count", "expected a number or null, found \(count.kindName)")
            }
            executionCount = number
        }
        guard let list = members.take("outputs") else { return }
        guard case .array(let values) = list else {
            throw NotebookError(.invalid, at: "\(location).outputs", "expected a list, found \(list.kindName)")
        }
        for (index, value) in values.enumerated() {
            outputs.append(try Notebook.Output(json: value, at: "\(location).outputs[\(index)]"))
        }
    }

    private static func attachments(_ json: JSON, at location: String) throws(NotebookError) -> JSONObject {
        guard case .object(let files) = json else { throw NotebookError(.invalid, at: location, "expected an object, found \(json.kindName)") }
        var joined = JSONObject()
        for (name, value) in files {
            guard case .object(let bundle) = value else {
                throw NotebookError(.invalid, at: "\(location).\(name)", "expected an object, found \(value.kindName)")
            }
            joined[name] = .object(MIMEBundles.joined(bundle))
        }
        return joined
    }
}

extension Notebook.Output {
    fileprivate init(json: JSON, at location: String) throws(NotebookError) {
        guard case .object(let object) = json else {
            throw NotebookError(.invalid, at: location, "expected an output, found \(json.kindName)")
        }
        guard let type = object["output_type"] else { throw NotebookError(.invalid, at: "\(location).output_type", "the output has no type") }
        guard type.string != nil else {
            throw NotebookError(.invalid, at: "\(location).output_type", "expected a string, found \(type.kindName)")
        }
        self.init(members: object)
        switch kind {
        case .stream:
            try checkString("name", at: location)
            guard let text = members["text"] else { throw NotebookError(.invalid, at: "\(location).text", "the stream has no text") }
            members["text"] = .string(try text.text(at: "\(location).text"))
        case .displayData, .executeResult:
            try checkObject("metadata", at: location)
            try checkObject("data", at: location)
            if case .object(let bundle)? = members["data"] { members["data"] = .object(MIMEBundles.joined(bundle)) }
        case .error:
            try checkString("ename", at: location)
            try checkString("evalue", at: location)
            guard let lines = members["traceback"]?.array, lines.allSatisfy({ $0.string != nil }) else {
                throw NotebookError(
                    .invalid, at: "\(location).traceback", "expected a list of strings, found \(members["traceback"]?.kindName ?? "nothing")")
            }
        case .other: break
        }
    }

    private func checkString(_ key: String, at location: String) throws(NotebookError) {
        guard members[key]?.string == nil else { return }
        throw NotebookError(.invalid, at: "\(location).\(key)", "expected a string, found \(members[key]?.kindName ?? "nothing")")
    }

    private func checkObject(_ key: String, at location: String) throws(NotebookError) {
        guard members[key]?.object == nil else { return }
        throw NotebookError(.invalid, at: "\(location).\(key)", "expected an object, found \(members[key]?.kindName ?? "nothing")")
    }
}

extension JSONObject {
    /// Removes and returns a member.
    fileprivate mutating func take(_ key: String) -> JSON? {
        defer { self[key] = nil }
        return self[key]
    }

    /// Removes and returns an object member; an empty one when it is missing.
    fileprivate mutating func takeObject(_ key: String, at location: String) throws(NotebookError) -> JSONObject {
        guard let value = take(key) else { return [:] }
        guard let object = value.object else { throw NotebookError(.invalid, at: location, "expected an object, found \(value.kindName)") }
        return object
    }
}

extension JSON {
    /// The text of a string or of a list of lines.
    fileprivate func text(at location: String) throws(NotebookError) -> String {
        guard let text = string ?? joinedLines?.string else {
            throw NotebookError(.invalid, at: location, "expected a string or a list of strings, found \(kindName)")
        }
        return text
    }

    /// What kind of value this is, for error messages.
    fileprivate var kindName: String {
        switch self {
        case .null: "null"
        case .bool: "a boolean"
        case .int, .double: "a number"
        case .string: "a string"
        case .array: "a list"
        case .object: "an object"
        }
    }

    /// The value itself where it is short, else its kind.
    fileprivate var shortText: String {
        switch self {
        case .string(let text): text.utf8.count <= 40 ? "'\(text)'" : kindName
        case .int, .double, .bool: description
        default: kindName
        }
    }
}
