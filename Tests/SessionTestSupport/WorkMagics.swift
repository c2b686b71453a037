package import ApusSession
import ArgumentParser

/// Works until it is told to stop, and says when it began.
package struct WorkMagic: Magic {
    package static let name = "work"
    package static let abstract = "Works."
    package static let example = "%work"

    /// Sleeps in a task that can be cancelled, rather than keeping the session's thread.
    @Flag var sleep = false

    package init() {}

    package func run(_ cell: CellContext, in session: isolated CellSession) async throws {
        let progress = cell.progress("Working", total: 10)
        progress.update(completed: 3)
        cell.out.write("working")
        if sleep { try await Task.sleep(for: .seconds(60)) }
        while !cell.shouldStop { usleepBriefly() }
        try cell.checkCancellation()
    }

    private func usleepBriefly() {
        var sum = 0
        for value in 0..<10_000 { sum &+= value }
        precondition(sum != 1)
    }
}

/// Computes and is deaf to interrupts.
package struct SpinMagic: Magic {
    package static let name = "spin"
    package static let abstract = "Spins."
    package static let example = "%spin"

    package init() {}

    package func run(_ cell: CellContext, in session: isolated CellSession) async throws {
        cell.out.write("spinning")
        while true {}
    }
}

package struct AskMagic: Magic {
    package static let name = "ask"
    package static let abstract = "Asks."
    package static let example = "%ask"

    package init() {}

    package func run(_ cell: CellContext, in session: isolated CellSession) async throws {
        cell.out.print("before")
        cell.out.print("answer: " + (try await cell.requestInput("name? ", isPassword: true)))
    }
}

/// Shows much.
package struct FloodMagic: Magic {
    package static let name = "flood"
    package static let abstract = "Shows much."
    package static let example = "%flood --lines 1000"

    @Option var lines = 0
    @Option var displays = 0
    /// So often a display, and 20 KB of text in lines.
    @Option var rounds = 0
    /// Bytes of one text.
    @Option var text = 0
    /// Goes on until it is interrupted.
    @Flag var endless = false

    package init() {}

    package func run(_ cell: CellContext, in session: isolated CellSession) async throws {
        for line in 0..<lines { cell.out.print("line \(line)") }
        for display in 0..<displays {
            cell.out.display(MIMEBundle(text: "display \(display)"))
            try cell.checkCancellation()
        }
        for round in 0..<rounds {
            cell.out.display(MIMEBundle(text: "round \(round)"))
            for _ in 0..<200 { cell.out.print(String(repeating: "z", count: 99)) }
        }
        if text > 0 { cell.out.write(String(repeating: "x", count: text)) }
        let block = String(repeating: "y", count: 64 << 10)
        while endless {
            cell.out.write(block)
            try cell.checkCancellation()
        }
    }
}
