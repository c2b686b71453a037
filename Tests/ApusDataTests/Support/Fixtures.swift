import ApusJSON
import Glibc

/// Files that the scripts named in `Tests/References/data_*.py` made.
enum Fixture {
    private static let folder: String = {
        let here = #filePath.split(separator: "/").dropLast(2).joined(separator: "/")
        return "/\(here)/Fixtures"
    }()

    static func path(_ name: String) -> String { "\(folder)/\(name)" }
    static func bytes(_ name: String) throws -> [UInt8] { try readBytes(path(name)) }
    static func json(_ name: String) throws -> JSON { try JSON(parsing: try bytes(name)) }
}

struct ReadFailure: Error { let path: String }

func readBytes(_ path: String) throws -> [UInt8] {
    guard let file = fopen(path, "rb") else { throw ReadFailure(path: path) }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
        let count = fread(&buffer, 1, buffer.count, file)
        if count == 0 { return bytes }
        bytes += buffer[..<count]
    }
}

func writeBytes(_ bytes: [UInt8], to path: String) throws {
    guard let file = fopen(path, "wb"), fwrite(bytes, 1, bytes.count, file) == bytes.count, fclose(file) == 0 else { throw ReadFailure(path: path) }
}

/// Calls `body` with the path of a new folder and removes it afterwards.
func withTemporaryFolder<R>(_ body: (String) throws -> R) throws -> R {
    var template = Array("/tmp/apus-data-XXXXXX\0".utf8CString.dropLast())
    guard mkdtemp(&template) != nil else { throw ReadFailure(path: "/tmp") }
    let path = String(decoding: template.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    defer {
        for name in names(in: path) { unlink("\(path)/\(name)") }
        rmdir(path)
    }
    return try body(path)
}

/// Names of the files in a folder, hidden ones too, sorted.
func names(in folder: String) -> [String] {
    guard let directory = opendir(folder) else { return [] }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
        let name = withUnsafePointer(to: &entry.pointee.d_name) {
            $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
        }
        if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted()
}

extension JSON {
    /// The numbers of an array, nested or not; null is NaN.
    var numbers: [Double] {
        switch self {
        case .array(let elements): elements.flatMap(\.numbers)
        case .null: [.nan]
        default: [double!]
        }
    }
}

/// The largest difference relative to max(1, |expected|); infinite when NaNs or counts disagree.
func largestError(_ actual: [Double], _ expected: [Double]) -> Double {
    guard actual.count == expected.count else { return .infinity }
    return zip(actual, expected).reduce(0) { worst, pair in
        if pair.0.isNaN || pair.1.isNaN { return pair.0.isNaN && pair.1.isNaN ? worst : .infinity }
        return max(worst, abs(pair.0 - pair.1) / max(1, abs(pair.1)))
    }
}
