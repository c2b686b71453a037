import ApusJSON
import ApusSession
import SessionTestSupport
import Testing

@Suite struct WorkspaceTests {
    let session = CellSession.probing

    private func who() async -> String {
        let client = await session.run("%who").client
        return (client.displayedTexts.first ?? client.stdout).split(separator: "\n").dropFirst(2).joined(separator: "\n")
    }

    @Test func `a missing value names the magic to run`() async {
        let error = await session.run("%grow").error
        #expect(error?.name == "MissingValue")
        #expect(error?.message == "%%grow needs the model that %%make leaves, and there is none yet")
        #expect(error?.plainReport.hasSuffix("→ run %%make first; `%who` shows what the workspace holds") == true)
    }

    @Test func `a failing cell changes nothing`() async {
        await session.run("%%make\nDense(4)", executionCount: 1)
        let error = await session.run("let late = 5\n%grow\n%grow --fail", executionCount: 2).error
        #expect(error?.name == "OutOfMemory")
        #expect(
            error?.plainReport == """
                OutOfMemory: the model needs 9 GiB, and 8 GiB are free
                batch 64
                parameters 1000
                → use a smaller --batch
                """)
        #expect(await who() == "model  layers 1  %%make   [1]")
        await session.run("%grow\nlet late = 5", executionCount: 3)
        #expect(await who() == "model  layers 2  %%make      [3]\nlate   5         parameter")
    }

    @Test func `what was committed stays, whatever becomes of the cell`() async {
        await session.run("%%make\nDense(4)")
        let error = await session.run("%grow --keep --interrupted", executionCount: 4).error
        #expect(error?.name == CellError.interruptedName)
        #expect(error?.message == "stopped in epoch 3; the weights of epoch 2 are kept")
        #expect(await who() == "model  layers 2  %%make   [4]")
    }

    @Test func `reset empties the workspace and keeps parameters unless told otherwise`() async {
        await session.run("let x = 1\n%%make\nDense(4)")
        #expect(await session.run("%reset").client.stdout == "1 value removed\n")
        #expect(await who() == "x     1      parameter")
        #expect(await session.run("%reset -f --parameters").client.stdout == "0 values removed\n")
        #expect(await session.run("%who").client.stdout == "the workspace is empty\n")
    }

    @Test func `parameters are listed with their types`() async {
        await session.run("let name = \"a\\nb\"\nlet rates = [0.1]")
        let text = await session.run("%parameters").client.displayedTexts.first
        #expect(text == "parameter  type    value\n─────────  ──────  ──────\nname       String  \"a\\nb\"\nrates      array   [0.1]")
    }
}
