import ApusSession
import ApusSessionProcess
import Glibc
import SessionTestSupport

/// Sessions in a process of the program `SwiftProbe`, which is built beside the tests.
enum Probe {
    static func makeSession() -> ProcessSession {
        ProcessSession(
            launch: { _ in SessionLaunch(executable: program, arguments: [program, cache], environment: environment) },
            language: .swift, substitute: { CellSession(magics: []) })
    }

    /// Runs `body` with a session that is closed at the end.
    static func withSession(_ body: (ProcessSession) async throws -> Void) async rethrows {
        let session = makeSession()
        try await body(session)
        await session.close()
    }

    private static let environment = ["SWIFT_BACKTRACE=enable=yes,warnings=suppressed", "TMPDIR=/tmp", "PATH=/usr/bin:/bin"]

    private static let folder: String = {
        var path = [CChar](repeating: 0, count: Int(PATH_MAX))
        let length = max(0, readlink("/proc/self/exe", &path, path.count))
        let tests = path[..<length].map { UInt8(bitPattern: $0) }
        return String(decoding: tests[..<(tests.lastIndex(of: UInt8(ascii: "/")) ?? 0)], as: UTF8.self)
    }()

    private static let program = folder + "/SwiftProbe"
    /// Shared by all tests, as by all sessions of a user.
    private static let cache = folder + "/SwiftProbeCache"
}

extension RecordingClient {
    /// The text of the cell's value.
    var result: String? {
        for case .result(let bundle) in events { return bundle.text }
        return nil
    }
}
