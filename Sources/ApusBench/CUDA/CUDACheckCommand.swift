import ApusCUDA
import ApusJSON
import ArgumentParser

/// Compares the GPU with the CPU engine, which is itself compared with PyTorch and Keras.
struct CUDACheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Compares all kernels with the CPU engine; one line for each check.",
        discussion: """
            Every line has the largest errors of the check, and under the same names what they may be: `loss` relative to the loss where that is \
            above 1, `output` likewise for each number, `gradient` the norm of the error of a parameter's gradient relative to the norm of that \
            gradient. The exit status is 1 when a check fails.
            """)

    @Option(help: "Rows of a batch.") var batch = 32
    @Option(help: "Only checks whose name has this text.") var only = ""

    func validate() throws {
        if batch < 1 { throw ValidationError("batch is at least 1") }
    }

    func run() throws {
        let device = try CUDADevice.best()
        let checks = CUDACheck.all(batch: batch).filter { only.isEmpty || $0.name.contains(only) }
        if checks.isEmpty { throw ValidationError("no check has '\(only)' in its name") }
        // Compiled once: that may take seconds.
        let kernels = try CUDAModule(CUDAContext(device))
        var failures = 0
        for check in checks where try !passes(check, kernels) { failures += 1 }
        if failures > 0 { throw CUDACheckFailure(failed: failures, of: checks.count) }
    }

    /// Runs one check and writes its line. After a lost device none can follow.
    private func passes(_ check: CUDACheck, _ kernels: CUDAModule) throws -> Bool {
        var line = CUDALine("check", on: kernels.context.device)
        line["name"] = .string(check.name)
        line["passed"] = false
        defer { line.write() }
        let start = QuietTimer.now()
        let outcome: CUDACheck.Outcome
        do {
            outcome = try check.run(kernels)
        } catch {
            line["error"] = .string("\(error)")
            if (error as? CUDAError)?.kind == .deviceLost { throw error }
            return false
        }
        line["passed"] = .bool(outcome.passed)
        line["errors"] = .object(JSONObject(outcome.measures.map { ($0.name, .double($0.error)) }))
        line["tolerances"] = .object(JSONObject(outcome.measures.map { ($0.name, .double($0.tolerance)) }))
        for (name, text) in outcome.notes { line[name] = .string(text) }
        line["seconds"] = .double(QuietTimer.now() - start)
        return outcome.passed
    }
}

/// Checks that did not pass.
struct CUDACheckFailure: Error, CustomStringConvertible {
    let failed: Int
    let of: Int

    var description: String { "\(failed) of \(of) checks failed: see the lines with \"passed\":false." }
}
