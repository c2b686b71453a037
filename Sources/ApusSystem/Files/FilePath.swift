/// Pure functions on file paths.
package enum FilePath {
    /// The part before the last `/`; `.` when there is none.
    package static func folder(of path: String) -> String {
        guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// The part after the last `/`.
    package static func name(of path: String) -> String {
        guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return path }
        return String(path[path.utf8.index(after: slash)...])
    }
}

extension FilePath {
    /// The way from a folder to `path`, both absolute, by their names alone: `../b/c` leads from `/a` to `/b/c`.
    package static func relative(_ path: String, to folder: String) -> String {
        let target = normalisedNames(path)
        let base = normalisedNames(folder)
        let common = zip(target, base).prefix { $0.utf8.elementsEqual($1.utf8) }.count
        return (Array(repeating: "..", count: base.count - common) + target.dropFirst(common)).joined(separator: "/")
    }

    /// The names between the slashes, with `.` and `..` resolved.
    private static func normalisedNames(_ path: String) -> [String] {
        var names: [String] = []
        for name in path.utf8.split(separator: UInt8(ascii: "/")).map({ String(Substring($0)) }) {
            switch name {
            case ".": break
            case "..": _ = names.popLast()
            default: names.append(name)
            }
        }
        return names
    }
}
