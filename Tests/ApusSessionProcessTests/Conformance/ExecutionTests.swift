import ApusJSON
import ApusSession
import SessionTestSupport
import Testing

@Suite(.timeLimit(.minutes(1))) struct ExecutionTests {
    @Test(arguments: Conformer.allCases) func `a cell finds what an earlier one left`(conformer: Conformer) async {
        await conformer.withSession { session in
            #expect(await session.run("let epochs = 5").error == nil)
            #expect(await session.run("%parameters").client.displayedTexts.first?.contains("epochs") == true)
        }
    }

    @Test(arguments: Conformer.allCases) func `all outputs come before the reply, in order`(conformer: Conformer) async {
        await conformer.withSession { session in
            let (error, client) = await session.run("%flood --lines 20000 --displays 500")
            #expect(error == nil)
            #expect(client.stdout == (0..<20000).map { "line \($0)\n" }.joined())
            #expect(client.displayedTexts == (0..<500).map { "display \($0)" })
            #expect(client.events.last == .display(DisplayData(MIMEBundle(text: "display 499"))))
        }
    }

    @Test(arguments: Conformer.allCases) func `a mistake is in the outputs and in the reply`(conformer: Conformer) async {
        await conformer.withSession { session in
            let (error, client) = await session.run("%nothing")
            #expect(error?.name == "UnknownMagic")
            #expect(client.events == error.map { [.error($0)] })
        }
    }

    @Test(arguments: Conformer.allCases) func `questions reach the front after what was shown before, where it allows them`(conformer: Conformer)
        async
    {
        await conformer.withSession { session in
            let client = RecordingClient { prompt, isPassword in "\(prompt)\(isPassword)" }
            let reply = await session.execute(CellRequest("%ask", allowsInput: true), client: client)
            #expect(reply.status == .ok)
            #expect(client.stdout == "before\nanswer: name? true\n")
            #expect(await session.execute(CellRequest("%ask"), client: client).error?.message == "this front end cannot ask for input")
            let nobody = RecordingClient()
            let refused = await session.execute(CellRequest("%ask", allowsInput: true), client: nobody)
            #expect(refused.error?.message == "this front end cannot ask for input")
        }
    }

    @Test(arguments: Conformer.allCases) func `a silent cell shows nothing, and its error is in the reply alone`(conformer: Conformer) async {
        await conformer.withSession { session in
            let client = RecordingClient()
            #expect(await session.execute(CellRequest("%lsmagic", isSilent: true), client: client).status == .ok)
            #expect(await session.execute(CellRequest("%nothing", isSilent: true), client: client).error?.name == "UnknownMagic")
            #expect(client.events.isEmpty)
        }
    }

    @Test(arguments: Conformer.allCases) func `user expressions are parameters and literals`(conformer: Conformer) async {
        await conformer.withSession { session in
            let request = CellRequest("let x = [1, 2]", userExpressions: ["a": "x", "b": " 1 ", "c": "x + 1", "d": "\"s\""])
            let values = await session.execute(request, client: RecordingClient()).userExpressions
            #expect(values["a"] == .value(MIMEBundle(text: "[1, 2]")))
            #expect(values["b"] == .value(MIMEBundle(text: "1")))
            #expect(values["d"] == .value(MIMEBundle(text: "\"s\"")))
            guard case .error(let error)? = values["c"] else {
                Issue.record("an expression was evaluated")
                return
            }
            #expect(error.message == "`x + 1` is neither a parameter nor a literal")
        }
    }

    @Test(arguments: Conformer.allCases) func `cells that are asked for at once run one after the other`(conformer: Conformer) async {
        await conformer.withSession { session in
            await withTaskGroup(of: Bool.self) { group in
                for _ in 0..<20 {
                    group.addTask { await session.run("%flood --lines 100").client.stdout == (0..<100).map { "line \($0)\n" }.joined() }
                }
                for await isWhole in group { #expect(isWhole) }
            }
        }
    }

    @Test(arguments: Conformer.allCases) func `completion, inspection and completeness know the workspace while a cell runs`(
        conformer: Conformer
    ) async {
        await conformer.withSession { session in
            await session.run("let lines = 5")
            let client = RecordingClient()
            async let reply = session.execute(CellRequest("%work"), client: client)
            await client.wait()
            #expect(await session.complete("%%flood --lines {", cursor: 17).items.map(\.text) == ["lines"])
            #expect(await session.inspect("%%flood", cursor: 4, detail: .full) != nil)
            #expect(await session.inspect("nothing", cursor: 4, detail: .full) == nil)
            #expect(await session.completeness(of: "%%flood") == .complete)
            session.interrupt()
            #expect(await reply.error != nil)
        }
    }
}
