package import ApusJSON

/// Messages of the Language Server Protocol as bytes: a header with the length of the content, an empty line, and JSON.
package enum ContentFrame {
    package static func bytes(_ message: JSON) -> [UInt8] {
        let content = message.utf8()
        return Array("Content-Length: \(content.count)\r\n\r\n".utf8) + content
    }
}

/// Cuts what comes in into messages.
package struct ContentReader {
    /// A server sends one or two short header lines.
    private static let mostHeaderBytes = 4 << 10
    private static let mostContentBytes = 64 << 20
    private static let headerEnd = Array("\r\n\r\n".utf8)

    private var bytes: [UInt8] = []

    package init() {}

    package mutating func append(_ new: some Sequence<UInt8>) { bytes += new }

    /// The next message; nil until all of it has come.
    ///
    /// - Throws: `ServerFailure.garbage`.
    package mutating func next() throws(ServerFailure) -> JSON? {
        guard let header = bytes.prefix(Self.mostHeaderBytes).firstRange(of: Self.headerEnd) else {
            if bytes.count >= Self.mostHeaderBytes { throw .garbage("a header of more than \(Self.mostHeaderBytes) bytes") }
            return nil
        }
        let length = try Self.length(String(decoding: bytes[..<header.lowerBound], as: UTF8.self))
        let end = header.upperBound + length
        guard bytes.count >= end else { return nil }
        defer { bytes.removeFirst(end) }
        do {
            return try JSON(parsing: bytes[header.upperBound..<end])
        } catch {
            throw .garbage(error.message)
        }
    }

    /// Header names may be written in any case, and there may be others.
    private static func length(_ header: String) throws(ServerFailure) -> Int {
        for line in header.split(separator: "\r\n") {
            let parts = line.split(separator: ":", maxSplits: 1)
            guard parts.count == 2, parts[0].lowercased() == "content-length" else { continue }
            guard let length = Int(parts[1].filter { $0 != " " }), (0...mostContentBytes).contains(length) else { break }
            return length
        }
        throw .garbage("a header without a length that can be: \(header.prefix(100))")
    }
}
