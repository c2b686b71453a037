/// A secret of the user. It shows nowhere unless it is asked for: not in descriptions, dumps or mirrors.
public struct HubToken: Sendable, Equatable {
    private let secret: String

    private static let maximumLength = 4096

    /// Takes a token as the user wrote it, without the line breaks and spaces around it.
    ///
    /// - Throws: `.invalidToken` when it is empty or could not be sent in an HTTP header; the message does not repeat it.
    public init(_ text: String) throws(HubError) {
        let bytes = text.utf8.drop(while: Self.isSpace).reversed().drop(while: Self.isSpace).reversed()
        func refuse(_ reason: String) -> HubError {
            HubError(
                .invalidToken, "the token is not usable: \(reason)",
                nextStep: "Copy it again from https://huggingface.co/settings/tokens; it begins with 'hf_'")
        }
        guard !bytes.isEmpty else { throw refuse("it is empty") }
        guard bytes.count <= Self.maximumLength else { throw refuse("it is longer than \(Self.maximumLength) characters") }
        guard bytes.allSatisfy({ (0x21...0x7E).contains($0) }) else { throw refuse("it contains spaces or characters that are not ASCII") }
        guard !bytes.starts(with: "api_org".utf8) else { throw refuse("organisation tokens ('api_org…') are no longer accepted by the Hub") }
        secret = String(decoding: Array(bytes), as: UTF8.self)
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }

    /// Lends the secret for a request header or a token file.
    public func withSecret<Result>(_ body: (String) throws -> Result) rethrows -> Result { try body(secret) }

    /// A text in which the secret, should it occur, is replaced.
    public func redact(_ text: String) -> String {
        guard text.utf8.count >= secret.utf8.count else { return text }
        var output: [UInt8] = []
        let bytes = Array(text.utf8)
        let needle = Array(secret.utf8)
        var position = 0
        while position < bytes.count {
            if bytes[position...].starts(with: needle) {
                output += Array(Self.hidden.utf8)
                position += needle.count
            } else {
                output.append(bytes[position])
                position += 1
            }
        }
        return String(decoding: output, as: UTF8.self)
    }

    private static let hidden = "[hidden token]"
}

extension HubToken: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String { Self.hidden }
    public var debugDescription: String { Self.hidden }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
