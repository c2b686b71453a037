import ApusSession
import SessionTestSupport
import Testing

@Suite struct HelpTests {
    let session = CellSession.probing

    @Test(arguments: ["%%probe?", "%probe?", "?%%probe", "?probe", "%%probe --help", "%%probe --epochs 5 -h", "%%probe??", "??%probe"])
    func `every way to ask for help shows the options from their declarations`(code: String) async {
        let (error, client) = await session.run(code)
        #expect(error == nil)
        #expect(client.stdout.isEmpty)
        let page = client.displayedTexts.first ?? ""
        #expect(page.hasPrefix("%%probe  Shows its options.\n\nusage: %%probe [options]\n"), "\(page)")
        for line in [
            "--epochs <epochs>        Passes over the data. (default: 100)",
            "--optimizer <optimizer>  Optimiser. One of adam, adamw, sgd. (default: adam)",
            "--verbose                Say more.",
        ] { #expect(page.contains("\n  \(line)\n"), "\(page)") }
        #expect(page.hasSuffix("example:\n    %%probe --epochs 5"), "\(page)")
        #expect(!page.contains("--help"))
    }

    @Test func `a page says what a magic needs and leaves, and what its body is`() async {
        let page = await session.run("%%grow?").client.displayedTexts.first ?? ""
        #expect(page.contains("needs: model (from %%make)\nleaves: model"))
        #expect(await session.run("%%count?").client.displayedTexts.first?.contains("\nthe text to count") == true)
        #expect(await session.run("%copy?").client.displayedTexts.first?.contains("usage: %%copy <source> --times <times> [<target>]") == true)
    }

    @Test func `pages come as text, HTML and Markdown, escaped`() async {
        let client = await session.run("%%probe?").client
        guard case .display(let data)? = client.events.first else {
            Issue.record("nothing displayed")
            return
        }
        #expect(data.bundle.data.keys == ["text/plain", "text/html", "text/markdown"])
        #expect(data.bundle.data["text/html"]?.string?.contains("--epochs &lt;epochs&gt;") == true)
    }

    @Test func `help about an unknown magic names the nearest`() async {
        let error = await session.run("%%prob?").error
        #expect(error?.message == "line 1, column 1: there is no magic `%%prob`")
        #expect(error?.plainReport.contains("did you mean `%%probe`?") == true)
    }

    @Test func `the reference describes every magic once`() {
        let reference = MagicCatalogue(probes).reference
        for magic in MagicCatalogue(probes).magics { #expect(reference.split(separator: "\n").filter { $0 == "## %%\(magic.name)" }.count == 1) }
        #expect(reference.contains("| --rate \\<rate> | Step size. (default: 0.001) |"))
    }

    @Test func `a bare question mark lists the magics`() async {
        #expect(await session.run("?").client.displayedTexts.first?.contains("%%probe") == true)
    }

    @Test func `lsmagic writes a line about each magic to stdout`() async {
        let lines = await session.run("%lsmagic").client.stdout.split(separator: "\n")
        #expect(lines.first == "%%count       Counts the words of the cell's body.")
        #expect(lines.contains("%%time        Runs a magic, or the rest of the cell, and says how long it took."))
    }
}

@Suite struct NearestNameTests {
    @Test(arguments: [
        ("trian", "train"), ("Train", "train"), ("evalute", "evaluate"), ("down", "download"), ("batchSize", "batch-size"), ("uplaod", "upload"),
        ("x", nil), ("visualise", nil), ("", nil), (String(repeating: "train", count: 100), nil),
    ]) func `the nearest name is found when one is near`(typed: String, expected: String?) {
        #expect(NearestName.find(typed, among: ["install", "train", "evaluate", "download", "upload", "batch-size", "f"]) == expected)
    }
}
