import ApusSession
import ArgumentParser
import SessionTestSupport
import Testing

@Suite struct ProgressTests {
    /// Counts to a thousand; each step takes 7 milliseconds on the clock of the test.
    struct ThousandMagic: Magic {
        static let name = "thousand"
        static let abstract = "Counts."
        static let example = "%thousand"

        @Flag var unknownTotal = false
        @Flag var abandon = false

        func run(_ cell: CellContext, in session: isolated CellSession) async throws {
            let progress = cell.progress("Counting <all>", total: unknownTotal ? nil : 1000, unit: "rows")
            for number in 1...1000 { progress.update(completed: number, message: "loss \(number)") }
            if abandon { return }
            progress.finish("done & dusted")
            progress.update(completed: 1)
            progress.finish("twice")
        }
    }

    private func bars(_ code: String) async -> [(text: String, html: String, isUpdate: Bool, id: String?)] {
        let clock = FakeClock(step: .milliseconds(7))
        let session = CellSession(magics: [ThousandMagic.self], environment: SessionEnvironment(workingDirectory: "/", now: clock.now))
        return await session.run(code).client.events.compactMap { event in
            switch event {
            case .display(let data): (data.bundle.text ?? "", data.bundle.data["text/html"]?.string ?? "", false, data.id)
            case .updateDisplay(let data): (data.bundle.text ?? "", data.bundle.data["text/html"]?.string ?? "", true, data.id)
            default: nil
            }
        }
    }

    @Test func `updates come at most ten times a second and the final state always`() async {
        let bars = await bars("%thousand")
        // 1,000 steps of 7 ms are 7 s. An update needs 100 ms, which is 15 steps: 66 updates, the first display and the last.
        #expect(bars.count == 68)
        #expect(bars.filter { !$0.isUpdate }.count == 1)
        #expect(Set(bars.map(\.id)).count == 1 && bars[0].id != nil)
        #expect(bars.last?.text == "Counting <all> ████████████████████████ 100% 1000/1000 rows · 0:07 in all · 143 rows/s · done & dusted")
        #expect(
            bars[33].text.hasPrefix("Counting <all> ███████████░░░░░░░░░░░░░ 49% 495/1000 rows · 0:03 elapsed · 0:03 left · 143 rows/s · loss 495"),
            "\(bars[33].text)")
    }

    @Test func `the HTML is escaped, labelled and follows the theme`() async {
        let html = await bars("%thousand").last?.html ?? ""
        #expect(
            html.contains("aria-label=\"Counting &lt;all&gt;\"") && html.contains("aria-valuenow=\"100\"") && html.contains("role=\"progressbar\""))
        #expect(html.contains("done &amp; dusted") && !html.contains("<all>"))
        #expect(html.contains("var(--jp-success-color1, #388e3c)"))
    }

    @Test func `without a total there is no percentage`() async {
        let bars = await bars("%thousand --unknown-total")
        #expect(bars[1].text.hasPrefix("Counting <all> 15 rows · 0:00 elapsed"), "\(bars[1].text)")
        #expect(!bars[1].html.contains("aria-valuenow"))
    }

    @Test func `a bar that is left alone says that it was stopped`() async {
        #expect(await bars("%thousand --abandon").last?.text.contains("1000/1000 rows · 0:07 in all · 143 rows/s · stopped · loss 1000") == true)
    }

    @Test func `a live display makes only what it shows`() async {
        struct CurveMagic: Magic {
            static let name = "curve"
            static let abstract = "Draws."
            static let example = "%curve"

            func run(_ cell: CellContext, in session: isolated CellSession) async throws {
                let live = cell.liveDisplay(MIMEBundle(text: "begin"), interval: .milliseconds(50))
                var made = 0
                for _ in 0..<100 {
                    live.update {
                        made += 1
                        return MIMEBundle(text: "curve")
                    }
                }
                live.finish(MIMEBundle(text: "made \(made)"))
            }
        }
        let clock = FakeClock(step: .milliseconds(10))
        let session = CellSession(magics: [CurveMagic.self], environment: SessionEnvironment(workingDirectory: "/", now: clock.now))
        let texts = await session.run("%curve").client.displayedTexts
        #expect(texts.first == "begin")
        #expect(texts.last == "made 20")
        #expect(texts.count == 22)
    }
}
