import Crypto

/// Hashes content while it streams by, in the way its etag was made.
struct ContentHasher {
    private enum State {
        case sha256(SHA256)
        case gitSHA1(Insecure.SHA1)
    }

    private var state: State

    /// - Parameter size: the size of the content in bytes, which git hashes before the content.
    init(for etag: ETag, size: Int) {
        switch etag {
        case .sha256: self.init(sha256: ())
        case .gitSHA1: self.init(gitBlobOfSize: size)
        }
    }

    init(sha256: Void) { state = .sha256(SHA256()) }

    init(gitBlobOfSize size: Int) {
        var sha1 = Insecure.SHA1()
        sha1.update(data: Array("blob \(size)\0".utf8))
        state = .gitSHA1(sha1)
    }

    mutating func update(_ bytes: UnsafeRawBufferPointer) {
        switch state {
        case .sha256(var sha256):
            // The state must not be shared while it changes, or every update would copy it.
            state = .sha256(SHA256())
            sha256.update(bufferPointer: bytes)
            state = .sha256(sha256)
        case .gitSHA1(var sha1):
            state = .gitSHA1(Insecure.SHA1())
            sha1.update(bufferPointer: bytes)
            state = .gitSHA1(sha1)
        }
    }

    mutating func update(_ bytes: [UInt8]) { bytes.withUnsafeBytes { update($0) } }

    /// The digest so far in hexadecimal digits.
    func digits() -> String {
        switch state {
        case .sha256(let sha256): Hexadecimal.text(sha256.finalize())
        case .gitSHA1(let sha1): Hexadecimal.text(sha1.finalize())
        }
    }
}
