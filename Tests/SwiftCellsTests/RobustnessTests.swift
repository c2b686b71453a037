import ApusSession
import SessionTestSupport
import Testing

/// What goes wrong while a cell runs, many times over.
@Suite(.timeLimit(.minutes(15))) struct RobustnessTests {
    /// Runs a cell that prints and then goes on for ever, and interrupts it.
    private func interrupted(_ code: String, in session: some Session) async -> CellError? {
        let client = RecordingClient()
        let run = Task { await session.execute(CellRequest(code), client: client) }
        await client.wait { $0.stdout.contains("go") }
        session.interrupt()
        return await run.value.error
    }

    @Test(arguments: [
        "print(\"go\")\nwhile true {}", "print(\"go\")\nvar n = 0\nwhile true { n &+= 1 }", "print(\"go\")\nfor i in 0... { _ = [i].map { $0 + 1 } }",
        "print(\"go\")\ntry await Task.sleep(for: .seconds(600))", "print(\"go\")\nwhile !Task.isCancelled { await Task.yield() }",
        "import Glibc\nprint(\"go\")\nsleep(600)", "func f() { while true {} }\nprint(\"go\")\nf()",
        "print(\"go\")\nvar text = \"\"\nwhile true { text += \"x\"; if text.count > 100 { text = \"\" } }",
    ]) func `an interrupt ends what goes on for ever and keeps the session`(code: String) async {
        await Probe.withSession { session in
            await session.run("let kept = 40 + 0")
            #expect(await interrupted(code, in: session)?.name == CellError.interruptedName)
            let after = await session.run("kept + 2")
            #expect(after.client.result == "42", "\(after.error?.plainReport ?? "")")
        }
    }

    @Test func `a task that is deaf to its cancellation costs the session, and the cell says so`() async {
        await Probe.withSession { session in
            let error = await interrupted("print(\"go\")\nwhile true { _ = try? await Task.sleep(for: .milliseconds(1)) }", in: session)
            #expect(error?.name == "SessionEnded")
            #expect(await session.run("1 + 1").client.result == "2")
        }
    }

    @Test func `500 interrupts in a row leave a working session`() async {
        await Probe.withSession { session in
            await session.run("var count = 0 + 0")
            for number in 0..<500 {
                let error = await interrupted("count += 1\nprint(\"go\")\nwhile true {}", in: session)
                guard error?.name == CellError.interruptedName else {
                    Issue.record("interrupt \(number): \(error?.plainReport ?? "no error")")
                    return
                }
            }
            #expect(await session.run("count").client.result == "500")
        }
    }

    @Test func `500 traps in a row leave a working session`() async {
        await Probe.withSession { session in
            await session.run("var count = 0 + 0\nfunc fail(_ xs: [Int]) -> Int { count += 1; return xs[count + 5] }")
            for number in 0..<500 {
                let error = await session.run("fail([1])").error
                guard error?.name == "Trap" else {
                    Issue.record("trap \(number): \(error?.plainReport ?? "no error")")
                    return
                }
            }
            #expect(await session.run("count").client.result == "500")
        }
    }

    @Test func `mutated cells never end the front`() async throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        print("seed \(seed)")
        var random = SplitMix(state: seed)
        let cells = try Corpus.sequences().flatMap(\.cells).map(\.code)
        await Probe.withSession { session in
            for _ in 0..<150 {
                // What would run for ever, or read for ever, is no question of parsing.
                let code = mutate(cells.randomElement(using: &random)!, &random)
                _ = await session.run("if false {\n\(code)\n}")
                let alive = await session.run("1 + 1").client.result
                #expect(alive == "2", "seed \(seed), after:\n\(code)")
            }
        }
    }

    private func mutate(_ code: String, _ random: inout SplitMix) -> String {
        var scalars = Array(code.unicodeScalars)
        for _ in 0..<Int.random(in: 1...4, using: &random) {
            guard !scalars.isEmpty else { break }
            let index = Int.random(in: 0..<scalars.count, using: &random)
            switch Int.random(in: 0..<4, using: &random) {
            case 0: scalars.remove(at: index)
            case 1: scalars.insert("{}()[]\"\\#;`/*.,:=&é\u{0}🚀\n".unicodeScalars.randomElement(using: &random)!, at: index)
            case 2: scalars.removeSubrange(index..<min(scalars.count, index + 20))
            default: scalars.insert(contentsOf: scalars[index..<min(scalars.count, index + 15)], at: index)
            }
        }
        var text = String.UnicodeScalarView()
        text.append(contentsOf: scalars)
        return String(text)
    }
}

/// A small generator that a seed repeats (Steele and others, 2014).
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
