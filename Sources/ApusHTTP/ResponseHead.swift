/// The head of an answer while its lines arrive (RFC 9112): interim answers come and go, the final one stays.
package struct ResponseHead {
    package private(set) var status = 0
    package private(set) var headers: [HTTPHeader] = []
    private var size = 0

    /// More than this is no answer of a sane server.
    private static let maximumSize = 1 << 20

    package init() {}

    package enum Step {
        case more, complete, tooLarge
    }

    /// Takes one line with its line break.
    package mutating func add(_ line: UnsafeRawBufferPointer) -> Step {
        size += line.count
        guard size <= Self.maximumSize else { return .tooLarge }
        let text = String(decoding: line, as: UTF8.self)
        let content = text.unicodeScalars.prefix { $0 != "\r" && $0 != "\n" }
        if content.starts(with: "HTTP/".unicodeScalars) {
            let parts = String(content).split(separator: " ")
            status = parts.count > 1 ? Int(parts[1]) ?? 0 : 0
            headers = []
        } else if content.isEmpty {
            return (100..<200).contains(status) ? .more : .complete
        } else if let colon = content.firstIndex(of: ":") {
            let value = content[content.index(after: colon)...].drop { $0 == " " || $0 == "\t" }
            headers.append(HTTPHeader(String(content[..<colon]), String(value).trimmingEnd))
        }
        return .more
    }

    package var response: HTTPResponse { HTTPResponse(status: status, headers: headers) }
}

extension String {
    fileprivate var trimmingEnd: String { String(reversed().drop { $0 == " " || $0 == "\t" }.reversed()) }
}
