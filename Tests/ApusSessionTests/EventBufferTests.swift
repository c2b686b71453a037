import Testing

import ApusSession

@Suite struct EventBufferTests {
    private func update(_ id: String, _ text: String) -> CellEvent { .updateDisplay(DisplayData(MIMEBundle(text: text), id: id)) }
    private func taken(_ events: [CellEvent]) -> [CellEvent] {
        var buffer = EventBuffer()
        for event in events { buffer.append(event) }
        defer { #expect(buffer.isEmpty && buffer.byteCount == 0) }
        return buffer.take()
    }

    @Test func `adjacent texts of one stream join`() {
        #expect(
            taken([.stream(.stdout, "a"), .stream(.stdout, "b"), .stream(.stderr, "c"), .stream(.stdout, ""), .stream(.stderr, "d")])
                == [.stream(.stdout, "ab"), .stream(.stderr, "cd")])
    }

    @Test func `of updates of one display the newest is left, after what was shown before it`() {
        #expect(
            taken([update("x", "1"), .stream(.stdout, "a"), update("y", "1"), update("x", "2"), .stream(.stdout, "b"), update("x", "3")])
                == [.stream(.stdout, "a"), update("y", "1"), .stream(.stdout, "b"), update("x", "3")])
        #expect(
            taken([.stream(.stdout, "a"), update("x", "1"), .stream(.stdout, "b"), update("x", "2")]) == [.stream(.stdout, "ab"), update("x", "2")])
    }

    @Test func `updates of several displays take no room, however many come`() {
        var buffer = EventBuffer()
        buffer.append(.stream(.stdout, "a"))
        for number in 0..<10_000 {
            buffer.append(update("x", "\(number)"))
            buffer.append(update("y", "\(number)"))
            if number == 5000 { buffer.append(.stream(.stdout, "b")) }
        }
        buffer.append(.stream(.stdout, "c"))
        #expect(buffer.count < 100 && buffer.byteCount == 3 + 2 * 4)
        #expect(buffer.take() == [.stream(.stdout, "ab"), update("x", "9999"), update("y", "9999"), .stream(.stdout, "c")])
    }

    @Test func `nothing crosses a display`() {
        let display = CellEvent.display(DisplayData(MIMEBundle(text: "d")))
        let events: [CellEvent] = [.stream(.stdout, "a"), display, .stream(.stdout, "b"), .clearOutput(wait: true), display]
        #expect(taken(events) == events)
    }

    @Test func `alternating streams keep their order for a while and then their number small`() {
        let events = (0..<1000).map { CellEvent.stream($0.isMultiple(of: 2) ? .stdout : .stderr, "\($0) ") }
        let found = taken(events)
        #expect(found.count == EventBuffer.mostPieces)
        #expect(Array(found.prefix(14)) == Array(events.prefix(14)))
        for name in [StreamName.stdout, .stderr] {
            func text(_ events: [CellEvent]) -> String {
                events.map { if case .stream(name, let text) = $0 { text } else { "" } }.joined()
            }
            #expect(text(found) == text(events))
        }
    }

    @Test func `bytes are counted, also when updates are replaced`() {
        var buffer = EventBuffer()
        buffer.append(update("x", "12345"))
        buffer.append(update("x", "12"))
        buffer.append(.stream(.stdout, "ü"))
        buffer.append(update("x", "1"))
        #expect(buffer.byteCount == 3)
    }
}
