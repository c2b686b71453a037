import ApusJSON

/// Why received frames are not a message. Such frames are dropped, never answered.
public enum WireError: Error, Equatable, CustomStringConvertible {
    case noDelimiter
    case tooFewFrames(Int)
    case wrongSignature
    case replayed
    case invalidPart(String, String)

    public var description: String {
        switch self {
        case .noDelimiter: "no <IDS|MSG> delimiter"
        case .tooFewFrames(let count): "\(count) frames after the delimiter where 5 should be"
        case .wrongSignature: "the signature does not match the key"
        case .replayed: "the same signed message came before"
        case .invalidPart(let part, let problem): "invalid \(part): \(problem)"
        }
    }

    /// The JSON object in one frame of a message.
    static func parse(_ bytes: Frame, part: String) throws(WireError) -> JSONObject {
        if bytes == .emptyObject { return [:] }
        let json: JSON
        do { json = try JSON(parsing: bytes) } catch { throw .invalidPart(part, "\(error)") }
        guard case .object(let object) = json else { throw .invalidPart(part, "it is not a JSON object") }
        return object
    }
}
