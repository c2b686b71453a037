import ApusJSON
import ApusSystem
import TestSupport

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

func readBytes(_ path: String) throws -> [UInt8] { try FileSystem.read(path) }

func writeBytes(_ bytes: [UInt8], to path: String) throws { try AtomicFile.replace(path, with: bytes) }

/// Calls `body` with the path of a new folder and removes it afterwards.
func withTemporaryFolder<R>(_ body: (String) throws -> R) throws -> R {
    let folder = try TemporaryFolder()
    defer { withExtendedLifetime(folder) {} }
    return try body(folder.path)
}

/// Names of the files in a folder, hidden ones too, sorted.
func names(in folder: String) -> [String] { (try? FileSystem.names(in: folder)) ?? [] }

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
