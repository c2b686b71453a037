import ArgumentParser

/// `%timeit CODE`, or `%%timeit` above a cell: how long one run of Swift code takes.
///
/// Options and the line that it prints are those of IPython's magic of the name.
struct TimeitMagic: Magic {
    static let name = "timeit"
    static let abstract = "Runs Swift code again and again, and says how long one run takes."
    static let discussion = """
        The code sees what earlier cells declared; what it declares itself is gone afterwards. It is compiled as every cell is, without \
        optimisation.
        """
    static let example = "%%timeit --repeats 5\nlet numbers = (0..<1000).map { $0 * $0 }\nnumbers.reduce(0, +)"
    static let body = MagicBody.cell("the Swift code to time, on the same line or below")

    @Option(name: [.customShort("n"), .long], help: "How many runs are measured together; by default as many as take 0.2 s.") var loops: Int?
    @Option(name: [.customShort("r"), .long], help: "How many measurements are made.") var repeats = 7

    mutating func validate() throws {
        if let loops, loops < 1 { throw ValidationError("--loops must be positive, and is \(loops)") }
        if repeats < 1 { throw ValidationError("--repeats must be positive, and is \(repeats)") }
    }

    func run(_ cell: CellContext, in session: isolated CellSession) async throws {
        try await cell.runNested(as: .timing(loops: loops, repeats: repeats), in: session)
    }
}
