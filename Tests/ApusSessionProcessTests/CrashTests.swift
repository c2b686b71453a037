import ApusJSON
import ApusSession
import ApusSessionProcess
import Glibc
import SessionTestSupport
import TestSupport
import Testing

/// The session process ends by itself, in all the ways in which processes end.
@Suite(.timeLimit(.minutes(2))) struct CrashTests {
    @Test(arguments: [
        ("--signal \(SIGSEGV)", "was ended by SIGSEGV (it used memory that is not its own)"),
        ("--signal \(SIGABRT)", "was ended by SIGABRT (it gave up)"),
        ("--signal \(SIGKILL)", "was ended by SIGKILL"), ("--exit 0", "exited with code 0"), ("--exit 7", "exited with code 7"),
    ])
    func `the cell says how the process ended, and the next runs in a fresh one`(how: (option: String, text: String)) async throws {
        let session = ProcessSession.probing()
        await session.run("let lost = 1")
        let (error, client) = await session.run("%crash \(how.option) --words \"last words\"")
        #expect(error?.name == "SessionEnded")
        #expect(error?.message == "the session process \(how.text) while it ran this cell")
        #expect(client.stdout == "about to end\n")
        #expect(client.stderr == "last words")
        #expect(client.events.last == error.map(CellEvent.error))
        let report = try #require(error?.plainReport)
        #expect(report.contains("the variables of earlier cells are gone"))
        #expect(report.hasSuffix("→ run the earlier cells again, then this one"))
        #expect(report.contains("ran out of memory: the process had up to") == how.option.hasSuffix("\(SIGKILL)"))
        let next = await session.run("%parameters")
        #expect(next.error == nil)
        #expect(next.client.displayedTexts.first?.contains("lost") != true)
        #expect(next.client.stderr.isEmpty, "the cell before has told it")
        await session.close()
    }

    @Test func `a failed check of Swift's shows its message`() async {
        let session = ProcessSession.probing()
        let (error, client) = await session.run("%crash --trap")
        #expect(error?.message.contains("SIGILL") == true || error?.message.contains("SIGTRAP") == true, "\(error?.message ?? "")")
        #expect(client.stderr.contains("Fatal error: a check failed"))
        await session.close()
    }

    @Test func `advice replaces the last line`() async {
        let session = ProcessSession.probing { code in code.contains("crash") ? "resume it" : nil }
        #expect(await session.run("%crash --exit 1").error?.plainReport.hasSuffix("→ resume it") == true)
        await session.close()
    }

    @Test func `a silent cell reports its crash in the reply alone`() async {
        let session = ProcessSession.probing()
        let client = RecordingClient()
        let reply = await session.execute(CellRequest("%crash --exit 3 --words x", isSilent: true), client: client)
        #expect(reply.error?.name == "SessionEnded")
        #expect(client.events.isEmpty)
        await session.close()
    }

    @Test func `what waits behind a crash runs in a fresh process`() async {
        let session = ProcessSession.probing()
        let client = RecordingClient()
        async let crash = session.execute(CellRequest("%crash"), client: client)
        await client.wait()
        async let behind = session.run("let x = 1")
        session.killProcess()
        #expect(await crash.error?.name == "SessionEnded")
        #expect(await behind.error == nil)
        await session.close()
    }

    @Test func `an open question is withdrawn`() async {
        let session = ProcessSession.probing()
        let client = RecordingClient { _, _ in
            try await Task.sleep(for: .seconds(60))
            return ""
        }
        async let reply = session.execute(CellRequest("%ask", allowsInput: true), client: client)
        await client.wait { $0.stdout == "before\n" }
        session.killProcess()
        #expect(await reply.error?.name == "SessionEnded")
        await session.close()
    }

    @Test func `an end while no cell runs is told by the next cell`() async {
        let session = ProcessSession.probing()
        await session.run("let lost = 1")
        session.killProcess()
        await session.waitForEndOfProcess()
        let (error, client) = await session.run("let x = 1")
        #expect(error == nil)
        #expect(client.stderr == "warning: the session process was ended by SIGKILL while no cell ran; the variables of earlier cells are gone\n")
        #expect(await session.run("let y = 1").client.stderr.isEmpty)
        await session.close()
    }

    @Test func `a cell that is sent to a process just killed runs or says so`() async {
        let session = ProcessSession.probing()
        for _ in 0..<20 {
            await session.run("let x = 1")
            session.killProcess()
            let (error, client) = await session.run("%flood --lines 1")
            #expect(error?.name == "SessionEnded" || client.stdout == "line 0\n")
        }
        await session.close()
    }

    @Test func `fifty crashes leave no descriptor and no process behind`() async {
        let session = ProcessSession.probing()
        await session.run("%crash --exit 1")
        let before = openDescriptors
        for _ in 0..<50 { #expect(await session.run("%crash --signal 6").error?.name == "SessionEnded") }
        #expect(await session.run("%flood --lines 1").client.stdout == "line 0\n")
        await session.close()
        // Other tests run beside this one and open some, but not hundreds.
        #expect(openDescriptors < before + 100)
    }

    @Test func `a program that is not there makes the cell fail`() async {
        let session = ProcessSession(
            launch: { _ in SessionLaunch(executable: "/nowhere/apus", arguments: ["apus"], environment: []) }, language: .swift,
            substitute: { CellSession(magics: []) })
        for _ in 0..<3 {
            let error = await session.run("let x = 1").error
            #expect(error?.name == "SessionUnavailable")
            #expect(error?.message == "the session process could not be started: No such file or directory")
        }
        await session.close()
    }

    @Test func `the process starts in the folder that it is given`() async throws {
        let folder = try TemporaryFolder()
        func session(in path: String) -> ProcessSession {
            ProcessSession(
                launch: { _ in
                    SessionLaunch(executable: "/bin/sh", arguments: ["sh", "-c", "pwd > here"], environment: [], workingFolder: path)
                }, language: .swift, substitute: { CellSession(magics: []) })
        }
        let started = session(in: folder.path)
        #expect(await started.run("let x = 1").error?.name == "SessionEnded")
        #expect(String(decoding: try folder.read("here"), as: UTF8.self) == folder.path + "\n")
        await started.close()
        let missing = session(in: folder.file("missing"))
        #expect(await missing.run("let x = 1").error?.name == "SessionUnavailable")
        await missing.close()
    }

    @Test func `ids of displays differ from those of the process before`() async {
        let session = ProcessSession.probing()
        var ids: [String] = []
        for _ in 0..<2 {
            let client = RecordingClient()
            async let reply = session.execute(CellRequest("%work"), client: client)
            await client.wait { $0.stdout == "working" }
            session.killProcess()
            #expect(await reply.error != nil)
            for case .display(let display) in client.events { ids.append(display.id ?? "") }
        }
        #expect(ids.count == 2 && ids[0] != ids[1] && !ids.contains(""), "\(ids)")
        await session.close()
    }

    @Test func `closing does not wait for a cell that is deaf, and leaves no process`() async {
        let session = ProcessSession.probing()
        let client = RecordingClient()
        async let reply = session.execute(CellRequest("%spin"), client: client)
        await client.wait { !$0.stdout.isEmpty }
        session.interrupt()
        let process = session.processNumber
        await session.close()
        #expect(await reply.error?.name == "SessionClosed")
        #expect(kill(process ?? 0, 0) == -1 && errno == ESRCH)
    }

    @Test func `a session that is let go takes its process along`() async {
        var process: pid_t?
        do {
            let session = ProcessSession.probing()
            await session.run("let x = 1")
            process = session.processNumber
        }
        // Reaped by the thread that listened to it.
        while kill(process ?? 0, 0) == 0 { try? await Task.sleep(for: .milliseconds(5)) }
        #expect(process != nil)
    }

    private var openDescriptors: Int {
        guard let folder = opendir("/proc/self/fd") else { return 0 }
        defer { closedir(folder) }
        var count = 0
        while readdir(folder) != nil { count += 1 }
        return count
    }
}
