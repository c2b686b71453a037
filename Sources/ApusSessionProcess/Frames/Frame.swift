package import ApusJSON

/// How messages lie on the socket: the length as four bytes, least significant first, then so many bytes of JSON.
package enum Frame {
    package static let headerLength = 4
    /// Bytes of JSON in one frame; what claims to be longer is not read.
    package static let maximumLength = 1 << 30

    /// - Throws: `FrameError.tooLong`.
    package static func bytes(_ message: JSON, maximumLength: Int = Frame.maximumLength) throws(FrameError) -> [UInt8] {
        let text = message.utf8()
        let length = text.count
        guard length <= maximumLength else { throw .tooLong(length) }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(headerLength + length)
        for shift in stride(from: 0, to: 32, by: 8) { bytes.append(UInt8(truncatingIfNeeded: length >> shift)) }
        bytes += text
        return bytes
    }
}

/// Why bytes are no message.
package enum FrameError: Error, Equatable, CustomStringConvertible {
    case tooLong(Int)
    case notJSON(JSONError)
    case notAMessage(String)

    package var description: String {
        switch self {
        case .tooLong(let length): "a message of \(length) bytes, and \(Frame.maximumLength) is the most"
        case .notJSON(let error): "\(error)"
        case .notAMessage(let reason): reason
        }
    }
}
