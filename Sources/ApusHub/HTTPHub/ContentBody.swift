import ApusHTTP

/// The body of an answer to a GET, cut to what its receiver lacks.
struct ContentBody {
    /// Why an answer is of no use.
    enum Problem: Equatable {
        /// Another part than was asked for.
        case wrongPart
        /// Compressed, which was not asked for.
        case encoded(String)
    }

    /// The next byte for the receiver.
    private(set) var position: Int
    private let size: Int
    private let isPart: Bool
    /// Bytes of the answer that the receiver has already.
    private var surplus = 0
    private var isContent = false
    private(set) var problem: Problem?
    /// The beginning of the body of an error.
    private(set) var error: [UInt8] = []

    private static let errorLimit = 64 << 10

    /// - Parameter isPart: whether only what follows `position` was asked for.
    init(position: Int, size: Int, isPart: Bool) {
        self.position = position
        self.size = size
        self.isPart = isPart
    }

    /// Whether the rest of this answer is wanted.
    mutating func begin(_ response: HTTPResponse) -> Bool {
        isContent = response.isSuccess
        guard isContent else { return true }
        if let encoding = response["Content-Encoding"], encoding.lowercased() != "identity" { problem = .encoded(encoding) }
        if response.status == 206 {
            guard isPart, response["Content-Range"] == "bytes \(position)-\(size - 1)/\(size)" else {
                problem = .wrongPart
                return false
            }
        } else {
            // A server without parts begins anew; the checksum will tell whether it is the same content.
            surplus = position
        }
        return problem == nil
    }

    mutating func receive(_ bytes: UnsafeRawBufferPointer, deliver: (UnsafeRawBufferPointer) -> Bool) -> Bool {
        guard isContent else {
            error += bytes.prefix(Self.errorLimit - error.count)
            return true
        }
        let skipped = min(surplus, bytes.count)
        surplus -= skipped
        guard skipped < bytes.count else { return true }
        let rest = UnsafeRawBufferPointer(rebasing: bytes[skipped...])
        guard deliver(rest) else { return false }
        position += rest.count
        return true
    }
}

extension ContentBody.Problem {
    func error(_ file: ResolvedFile) -> HubError {
        switch self {
        case .wrongPart:
            HubError(.damaged, "the hub sends another part of '\(file.path)' than it was asked for", nextStep: "Run the cell again")
        case .encoded(let encoding):
            HubError(
                .damaged, "the hub sends '\(file.path)' with the encoding \(encoding.debugDescription), which nobody asked for",
                nextStep: "Check the proxy, which may have added it")
        }
    }
}
