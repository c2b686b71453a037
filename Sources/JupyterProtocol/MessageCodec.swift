import ApusJSON

/// Messages to frames and back: identities, `<IDS|MSG>`, signature, header, parent header, metadata, content, buffers.
public struct MessageCodec: Sendable {
    public static let delimiter = Frame(text: "<IDS|MSG>")

    private let signer: Signer?
    private let replays = ReplayGuard()

    /// - Parameter key: the key of the connection file; without one nothing is signed and everything is accepted.
    public init(key: String) { signer = Signer(key: key) }

    public func encode(_ message: Message) -> [Frame] {
        let parts = [
            message.header.bytes, message.parentHeader, Self.bytes(message.metadata), Self.bytes(message.content),
        ]
        var frames = message.identities
        frames.reserveCapacity(frames.count + 6 + message.buffers.count)
        frames.append(Self.delimiter)
        frames.append(signer?.signature(of: parts) ?? [])
        frames.append(contentsOf: parts)
        frames.append(contentsOf: message.buffers)
        return frames
    }

    /// Checks the signature before anything is parsed, then that it is not a replay.
    public func decode(_ frames: [Frame]) throws(WireError) -> Message {
        guard let delimiter = frames.firstIndex(of: Self.delimiter) else { throw .noDelimiter }
        let rest = frames[(delimiter + 1)...]
        guard rest.count >= 5 else { throw .tooFewFrames(rest.count) }
        let signature = rest[delimiter + 1]
        let parts = rest[(delimiter + 2)..<(delimiter + 6)]
        if let signer {
            guard signer.accepts(signature, of: parts) else { throw .wrongSignature }
            guard replays.admit(signature) else { throw .replayed }
        }
        let header = try MessageHeader(bytes: parts[delimiter + 2])
        _ = try WireError.parse(parts[delimiter + 3], part: "parent header")
        return Message(
            identities: Array(frames[..<delimiter]), header: header, parentHeader: parts[delimiter + 3],
            metadata: try WireError.parse(parts[delimiter + 4], part: "metadata"),
            content: try WireError.parse(parts[delimiter + 5], part: "content"),
            buffers: Array(rest[(delimiter + 6)...]))
    }

    private static func bytes(_ object: JSONObject) -> Frame {
        object.isEmpty ? .emptyObject : JSON.object(object).utf8()
    }
}
