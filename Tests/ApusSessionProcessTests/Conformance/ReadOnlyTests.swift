import ApusSession
import SessionTestSupport
import Testing

@Suite(.timeLimit(.minutes(1))) struct ReadOnlyTests {
    @Test(arguments: Conformer.allCases) func `a cell that only reads sees what earlier cells left while another runs`(conformer: Conformer) async {
        await conformer.withSession { session in
            #expect(await session.run("let second = 2\nlet first = 1").error == nil)
            let working = RecordingClient()
            let work = Task { await session.execute(CellRequest("let first = 3\n%work"), client: working) }
            await working.wait()
            let cell = await session.runReadOnly(CellRequest("%parameters\n%who", userExpressions: ["a": "first"]))
            #expect(cell?.reply == CellReply(.ok, userExpressions: ["a": .value(MIMEBundle(text: "1"))]))
            let client = RecordingClient()
            for event in cell?.events ?? [] { client.receive(event) }
            let shown = client.displayedTexts
            #expect(shown.count == 2)
            for text in shown {
                let names = text.split { !$0.isLetter }.map(String.init).filter { ["first", "second"].contains($0) }
                #expect(names == ["second", "first"], "in the order in which they came: \(text)")
            }
            session.interrupt()
            #expect(await work.value.error?.name == CellError.interruptedName)
        }
    }

    @Test(arguments: Conformer.allCases) func `what changes something, or may take long, waits`(conformer: Conformer) async {
        await conformer.withSession { session in
            for code in ["let x = 1", "%work", "%reset", "%who\nlet x = 1", "%%time\n%work", "%time %reset", "%ask"] {
                #expect(await session.runReadOnly(CellRequest(code)) == nil, "\(code)")
            }
            for code in ["", "// nothing", "%who", "%%time\n%who", "%lsmagic", "%work?", "%parameters"] {
                #expect(await session.runReadOnly(CellRequest(code))?.reply.status == .ok, "\(code)")
            }
        }
    }

    @Test(arguments: Conformer.allCases) func `mistakes are told at once`(conformer: Conformer) async {
        await conformer.withSession { session in
            let cell = await session.runReadOnly(CellRequest("%nothing"))
            #expect(cell?.reply.error?.name == "UnknownMagic")
            #expect(cell?.events == cell?.reply.error.map { [.error($0)] })
            let silent = await session.runReadOnly(CellRequest("%lsmagic", isSilent: true))
            #expect(silent?.events == [])
        }
    }
}
