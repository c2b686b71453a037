import Glibc

/// Says what files hold. The kind of a file is told by its contents and never by its name.
public enum FileInspection {
    /// Asked in this order; a new kind of file is one more.
    private static let kinds: [any FileKind.Type] = [
        KerasFile.self, NumPyFile.self, SafetensorsModelFile.self, CheckpointFile.self, PickleFile.self, JSONFile.self, CandleFile.self,
    ]

    /// - Throws: ``InspectionError``, which says in one sentence why the file cannot be read, or that nothing here knows it.
    public static func inspect(_ path: String) throws(InspectionError) -> FileReport {
        var status = stat()
        guard stat(path, &status) == 0 else { throw InspectionError(path, String(cString: strerror(errno))) }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw InspectionError(path, status.st_mode & S_IFMT == S_IFDIR ? "it is a folder: name a file in it" : "it is no regular file")
        }
        guard status.st_size > 0 else { throw InspectionError(path, "it is empty") }
        let head = try head(of: path)
        guard let kind = kinds.first(where: { $0.recognises(head) }) else { throw InspectionError(path, "nothing is known about such a file") }
        do {
            var report = try kind.report(on: path)
            report.add("size", "\(status.st_size) bytes")
            return report
        } catch let error as InspectionError {
            throw error
        } catch {
            // Errors of readers mostly name the file themselves.
            let reason = "\(error)".replacing("\n", with: " ")
            throw InspectionError(path, reason.hasPrefix(path + ": ") ? String(reason.dropFirst(path.count + 2)) : reason)
        }
    }

    private static func head(of path: String) throws(InspectionError) -> [UInt8] {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw InspectionError(path, String(cString: strerror(errno))) }
        defer { close(file) }
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = read(file, &bytes, bytes.count)
        guard count >= 0 else { throw InspectionError(path, String(cString: strerror(errno))) }
        return Array(bytes[..<count])
    }
}

/// One kind of file.
protocol FileKind: Sendable {
    /// Whether a file that begins so (up to 4,096 bytes) is of the kind.
    static func recognises(_ head: [UInt8]) -> Bool

    /// - Throws: Whatever the reader of the format throws.
    static func report(on path: String) throws -> FileReport
}

/// Why nothing can be said about a file.
public struct InspectionError: Error, Equatable, CustomStringConvertible {
    public let path: String
    public let reason: String

    init(_ path: String, _ reason: String) {
        self.path = path
        self.reason = reason
    }

    public var description: String { "\(path): \(reason)" }
}
