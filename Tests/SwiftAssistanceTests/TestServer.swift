import ApusJSON
import ApusSession
import Foundation
import TestSupport
import Testing

import SwiftAssistance

/// An assistant whose server is the script `Servers/language_server.py`.
struct TestServer {
    let assistant: SwiftAssistant
    private let folder: TemporaryFolder

    /// - Parameters:
    ///   - mode: How the server behaves; see the script.
    ///   - hang: How long a request may go without an answer.
    ///   - idle: How long it is kept when nobody asks.
    init(
        _ mode: String, question: Duration = .seconds(20), hang: Duration = .seconds(60), pause: Duration = .seconds(600),
        idle: Duration = .seconds(600)
    ) throws {
        let folder = try TemporaryFolder()
        self.folder = folder
        let script = try #require(Bundle.module.path(forResource: "language_server", ofType: "py", inDirectory: "Servers"))
        let program = try folder.write("#!/bin/sh\nexec python3 '\(script)' '\(mode)' '\(folder.file("starts"))'\n".utf8, to: "server")
        try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: program)
        var limits = SwiftAssistant.TimeLimits()
        (limits.question, limits.hang, limits.pause, limits.idle) = (question, hang, pause, idle)
        assistant = SwiftAssistant(program: program, timeLimits: limits) { parameters in
            let flags = parameters["flags"]?.string ?? "flags"
            return SwiftView(preamble: parameters["preamble"]?.string ?? "import A\nimport B", folder: folder.path, arguments: [flags])
        }
    }

    /// How many times the server was started.
    var starts: Int { ((try? folder.read("starts")) ?? []).count { $0 == UInt8(ascii: "\n") } }

    /// Whether a process of this test's server is there.
    var isRunning: Bool {
        guard let pipe = popen("ps --ppid \(getpid()) -o args=", "r") else { return false }
        defer { pclose(pipe) }
        var buffer = [CChar](repeating: 0, count: 4096)
        while fgets(&buffer, Int32(buffer.count), pipe) != nil {
            let line = String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            if line.contains(folder.path) { return true }
        }
        return false
    }

    /// Completes at the end of `code`: what the server saw of the line, and the flags it was started with; nil without an answer.
    func complete(_ code: String, preamble: String? = nil, flags: String? = nil) async -> String? {
        let parameters = ["preamble": preamble, "flags": flags].compactMapValues { $0.map(JSON.string) }
        let question = SwiftQuestion(source: CellSource(code), cursor: code.unicodeScalars.count, parameters: parameters)
        return await assistant.complete(question)?.items.first?.summary
    }

    /// The text of a tooltip at the `|` of `code`.
    func inspect(_ code: String) async -> String? {
        let cursor = code.unicodeScalars.firstIndex(of: "|").map { code.unicodeScalars.distance(from: code.unicodeScalars.startIndex, to: $0) }
        return await assistant.inspect(SwiftQuestion(source: CellSource(code.replacing("|", with: "")), cursor: cursor ?? 0))?.text
    }
}
