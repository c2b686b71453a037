import ApusSession
import ApusSessionProcess
import Glibc
import SessionTestSupport

/// The two ways in which cells run; both pass the same tests.
enum Conformer: String, CaseIterable, Sendable {
    case inThisProcess, inItsOwnProcess

    func makeSession() -> any Session {
        switch self {
        case .inThisProcess: CellSession(magics: TestMagics.all)
        case .inItsOwnProcess: ProcessSession.probing()
        }
    }

    /// Runs `body` with a session that is closed at the end.
    func withSession(_ body: (any Session) async throws -> Void) async rethrows {
        let session = makeSession()
        try await body(session)
        await session.close()
    }
}

extension ProcessSession {
    /// A session in a process of the program `SessionProbe`, which is built beside the tests.
    static func probing(
        advice: @escaping @Sendable (String) -> String? = { _ in nil }, startsForQuestions: @escaping @Sendable () -> Bool = { false }
    ) -> ProcessSession {
        ProcessSession(
            launch: { SessionLaunch(executable: probe, arguments: ["probe", String($0)], environment: ["SWIFT_BACKTRACE=enable=no", "MARK=here"]) },
            language: .swift, substitute: { CellSession(magics: TestMagics.all) }, advice: advice,
            startsForQuestions: startsForQuestions)
    }

    /// A session whose process is a shell script that speaks to the front by itself: a broken process. Descriptor 3 is the socket.
    static func scripted(_ script: String) -> ProcessSession {
        ProcessSession(
            launch: { _ in SessionLaunch(executable: "/bin/sh", arguments: ["sh", "-c", script], environment: ["PATH=/usr/bin:/bin"]) },
            language: .swift, substitute: { CellSession(magics: TestMagics.all) })
    }

    static let probe: String = {
        var path = [CChar](repeating: 0, count: Int(PATH_MAX))
        let length = max(0, readlink("/proc/self/exe", &path, path.count))
        let tests = path[..<length].map { UInt8(bitPattern: $0) }
        return String(decoding: tests[...(tests.lastIndex(of: UInt8(ascii: "/")) ?? 0)], as: UTF8.self) + "SessionProbe"
    }()
}
