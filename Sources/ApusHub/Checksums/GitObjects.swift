import Crypto

/// Git's ids of blobs, trees and commits, so that a `file:` hub names content as git and the Hugging Face Hub do.
///
/// Format: SHA-1 of `<type> <size>\0<payload>` (Pro Git, chapter 10.2).
enum GitObjects {
    static func id(type: String, payload: [UInt8]) -> String {
        var sha1 = Insecure.SHA1()
        sha1.update(data: Array("\(type) \(payload.count)\0".utf8))
        sha1.update(data: payload)
        return Hexadecimal.text(sha1.finalize())
    }

    static func blobID(_ content: [UInt8]) -> String { id(type: "blob", payload: content) }

    /// The id of the pointer that git keeps in the place of a large file (git-lfs specification, version 1).
    static func pointerID(sha256: String, size: Int) -> String {
        blobID(Array("version https://git-lfs.github.com/spec/v1\noid sha256:\(sha256)\nsize \(size)\n".utf8))
    }

    /// The id of the tree of files at these paths. No path may be a folder of another.
    static func treeID(_ files: some Sequence<(path: String, blobID: String)>) -> String {
        treeID(files.map { (components: $0.path.split(separator: "/").map { Array($0.utf8) }[...], blobID: $0.blobID) })
    }

    private static func treeID(_ files: [(components: ArraySlice<[UInt8]>, blobID: String)]) -> String {
        var entries: [(sortKey: [UInt8], header: [UInt8], id: String)] = []
        var folders: [[UInt8]: [(components: ArraySlice<[UInt8]>, blobID: String)]] = [:]
        for file in files {
            guard let name = file.components.first else { continue }
            if file.components.count > 1 {
                folders[name, default: []].append((file.components.dropFirst(), file.blobID))
            } else {
                entries.append((name, Array("100644 ".utf8) + name, file.blobID))
            }
        }
        for (name, inside) in folders {
            // Git sorts a folder as if its name ended with a slash.
            entries.append((name + [UInt8(ascii: "/")], Array("40000 ".utf8) + name, treeID(inside)))
        }
        entries.sort { $0.sortKey.lexicographicallyPrecedes($1.sortKey) }
        return id(type: "tree", payload: entries.flatMap { $0.header + [0] + Hexadecimal.bytes($0.id) })
    }

    /// - Parameter time: seconds since 1970, UTC.
    static func commitID(tree: String, parent: String?, author: String, email: String, time: Int, message: String) -> String {
        let parentLine = parent.map { "parent \($0)\n" } ?? ""
        let text =
            "tree \(tree)\n\(parentLine)author \(author) <\(email)> \(time) +0000\ncommitter \(author) <\(email)> \(time) +0000\n\n\(message)\n"
        return id(type: "commit", payload: Array(text.utf8))
    }
}
