import ApusSystem
import Glibc

/// One reader of bytes that somebody else may have made: what is tried on it, and how it is called.
struct FuzzReader: Sendable {
    /// What changed inputs are made from.
    enum Seeds: Sendable {
        /// A pattern (glob) below the folder `Tests`.
        case files(String)
        /// Made when they are needed, from the path of that folder.
        case bytes(@Sendable (String) throws -> [[UInt8]])
    }

    let name: String
    let seeds: Seeds
    /// Reads an input; throwing means that it was refused, which is fine.
    let body: @Sendable (FuzzInput) throws -> Void

    init(_ name: String, _ seeds: Seeds, _ body: @escaping @Sendable (FuzzInput) throws -> Void) {
        self.name = name
        self.seeds = seeds
        self.body = body
    }

    /// Inputs that are larger say little more and take long.
    private static let mostBytes = 128 << 10

    func load(tests folder: String) throws -> [[UInt8]] {
        switch seeds {
        case .bytes(let make): return try make(folder)
        case .files(let pattern):
            var found = glob_t()
            defer { globfree(&found) }
            guard glob("\(folder)/\(pattern)", 0, nil, &found) == 0 else { throw FuzzFailure("there are no seeds \(folder)/\(pattern)") }
            return try (0..<Int(found.gl_pathc)).map { try FileSystem.read(String(cString: found.gl_pathv[$0]!)) }.filter {
                $0.count <= Self.mostBytes
            }
        }
    }
}

/// An input, as bytes or in a file.
struct FuzzInput {
    let bytes: [UInt8]
    let scratch: String

    var text: String { String(decoding: bytes, as: UTF8.self) }

    /// The path of a file with the input, for readers that take one.
    func file() throws -> String {
        let path = scratch + "/input"
        let file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        defer { close(file) }
        guard file >= 0, write(file, bytes, bytes.count) == bytes.count else { throw FuzzFailure("\(path) cannot be written") }
        return path
    }
}

struct FuzzFailure: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}
