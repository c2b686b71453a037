import ArgumentParser

/// `%time %who`, or `%%time` above a cell: how long it takes.
struct TimeMagic: Magic {
    static let name = "time"
    static let abstract = "Runs a magic, or the rest of the cell, and says how long it took."
    static let example = "%%time\n%%train --epochs 5"
    static let isReadOnly = true
    static let body = MagicBody.cell("what to time: a magic on the same line, or the rest of the cell")

    func run(_ cell: CellContext, in session: isolated CellSession) async throws {
        let start = cell.environment.now()
        // Also when it fails: how long something took until it failed is often the question.
        defer { cell.out.print("time: \(Clock.precise(cell.environment.now() - start))") }
        try await cell.runNested(in: session)
    }
}
