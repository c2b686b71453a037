import Crypto

/// Signs messages with HMAC-SHA256 over header, parent header, metadata and content, as lower-case hexadecimal digits.
public struct Signer: Sendable {
    /// The state of the hash after the key, so that no message pays for it again.
    private let keyed: HMAC<SHA256>

    /// In bytes.
    private static let smallPart = 4096

    /// - Parameter key: the key of the connection file; nil is returned for an empty one, which means no signatures.
    public init?(key: String) {
        guard !key.isEmpty else { return nil }
        keyed = HMAC<SHA256>(key: SymmetricKey(data: Array(key.utf8)))
    }

    /// The 64 hexadecimal digits.
    public func signature(of parts: some Sequence<Frame>) -> Frame {
        var hash = keyed
        // Small parts are joined: each call costs more than they do.
        var small = Frame()
        for part in parts {
            if part.count <= Self.smallPart {
                small += part
            } else {
                small.withUnsafeBytes { hash.update(data: $0) }
                small.removeAll()
                part.withUnsafeBytes { hash.update(data: $0) }
            }
        }
        if !small.isEmpty { small.withUnsafeBytes { hash.update(data: $0) } }
        var digits = Frame()
        digits.reserveCapacity(64)
        for byte in hash.finalize() {
            digits.append(Self.digit(byte >> 4))
            digits.append(Self.digit(byte & 15))
        }
        return digits
    }

    /// Whether `signature` is the one of `parts`. Takes the same time wherever the first difference is; a longer or shorter
    /// signature never matches.
    public func accepts(_ signature: Frame, of parts: some Sequence<Frame>) -> Bool {
        let expected = self.signature(of: parts)
        guard signature.count == expected.count else { return false }
        var difference: UInt8 = 0
        for (left, right) in zip(signature, expected) { difference |= left ^ right }
        return difference == 0
    }

    private static func digit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
    }
}
